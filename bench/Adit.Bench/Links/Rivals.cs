using Adit.TestKit.Peers;

namespace Adit.Bench.Links;

/// <summary>Tunnels of others, each as fast as its options make it.</summary>
internal static class Rivals
{
    private const int OverUdp = 1472; // 1500 less IPv4 and UDP

    public static LinkPath Direct(LinkSite site) => new("direct veth", LinkGroup.Direct, site.Right.Address4, []);

    /// <summary>The kernel's VXLAN, with a UDP checksum or none as it has it by default.</summary>
    public static async Task<LinkPath> KernelVxlanAsync(LinkSite site)
    {
        (string left, string right) = site.NextAddresses();
        foreach ((NetworkNamespace at, NetworkNamespace other, string inner) in Ends(site, left, right))
        {
            await LinkSite.IpAsync(at, $"link add kvx type vxlan id 4242 local {at.Address4} remote {other.Address4} dstport 4790\naddress add {inner}/30 dev kvx\nlink set kvx mtu 1450 up\n");
        }

        return new LinkPath("kernel VXLAN", LinkGroup.Kernel, right, []);
    }

    /// <summary>socat between a TUN device and UDP: one packet a call, nothing encrypted.</summary>
    public static async Task<LinkPath> SocatAsync(LinkSite site)
    {
        (string left, string right) = site.NextAddresses();
        List<PeerProcess> processes = [];
        foreach ((NetworkNamespace at, NetworkNamespace other, string inner) in Ends(site, left, right))
        {
            PeerProcess process = site.Own(await PeerProcess.StartAsync(new PeerStart
            {
                Program = "socat",
                Arguments = ["-b65536", $"TUN:{inner}/30,up,tun-name=sct,iff-no-pi", $"UDP4-DATAGRAM:{other.Address4}:5000,bind={at.Address4}:5000"],
                Namespace = at.Name,
            }));
            processes.Add(process);
            await LinkSite.AddressAsync(at, "sct", inner, OverUdp, process);
        }

        return new LinkPath("socat TUN", LinkGroup.Rival, right, processes);
    }

    /// <summary>OpenVPN without TLS, cipher or digest: less work than anybody gives it.</summary>
    public static async Task<LinkPath> OpenVpnAsync(LinkSite site)
    {
        (string left, string right) = site.NextAddresses();
        List<PeerProcess> processes = [];
        foreach ((NetworkNamespace at, NetworkNamespace other, string inner) in Ends(site, left, right))
        {
            processes.Add(site.Own(await PeerProcess.StartAsync(new PeerStart
            {
                Program = InstalledPeers.Find("openvpn"),
                Arguments =
                [
                    "--dev", "ovt", "--dev-type", "tun", "--proto", "udp", "--local", at.Address4, "--remote", other.Address4, "--port", "1194",
                    "--ifconfig", inner, inner == left ? right : left, "--cipher", "none", "--auth", "none", "--txqueuelen", "1000", "--sndbuf", "4194304", "--rcvbuf", "4194304",
                ],
                Namespace = at.Name,
            })));
        }

        foreach (PeerProcess process in processes) await process.WaitForOutputLineAsync(l => l.Contains("Initialization Sequence Completed", StringComparison.Ordinal), "word that it stands");
        return new LinkPath("OpenVPN plain", LinkGroup.Rival, right, processes);
    }

    /// <summary>wireguard-go, which encrypts.</summary>
    public static async Task<LinkPath> WireGuardAsync(LinkSite site)
    {
        (string left, string right) = site.NextAddresses();
        PeerFolder folder = new("wireguard");
        site.Own(new Released(folder));
        string[] keys = [(await ProcessRunner.RunAsync("wg", "genkey")).Succeeded().Text.Trim(), (await ProcessRunner.RunAsync("wg", "genkey")).Succeeded().Text.Trim()];
        List<PeerProcess> processes = [];
        foreach (((NetworkNamespace at, NetworkNamespace other, string inner), int side) in Ends(site, left, right).Select((e, i) => (e, i)))
        {
            string device = $"wg{Environment.ProcessId % 100000}{(side == 0 ? "l" : "r")}"; // its control socket has the device's name, whatever the namespace
            PeerProcess process = site.Own(await PeerProcess.StartAsync(new PeerStart
            {
                Program = "wireguard-go",
                Arguments = ["-f", device],
                Environment = new Dictionary<string, string?> { ["WG_PROCESS_FOREGROUND"] = "1", ["LOG_LEVEL"] = "error" },
                Namespace = at.Name,
            }));
            processes.Add(process);
            await LinkSite.AddressAsync(at, device, inner, 1420, process);
            string peer = System.Text.Encoding.ASCII.GetString((await ProcessRunner.RunAsync(new PeerStart { Program = "wg", Arguments = ["pubkey"] }, System.Text.Encoding.ASCII.GetBytes(keys[1 - side]))).Succeeded().Output).Trim();
            string key = folder.Write($"key{side}", keys[side]);
            using CancellationTokenSource deadline = new(PeerProcess.Patience);
            PeerStart set = new()
            {
                Program = "wg",
                Arguments = ["set", device, "private-key", key, "listen-port", "51820", "peer", peer, "endpoint", $"{other.Address4}:51820", "allowed-ips", $"{(side == 0 ? right : left)}/32"],
                Namespace = at.Name,
            };
            while ((await ProcessRunner.RunAsync(set)).ExitCode != 0)
            {
                if (process.HasExited || deadline.IsCancellationRequested) throw process.Failure("takes no configuration");
            }
        }

        return new LinkPath("wireguard-go", LinkGroup.Rival, right, processes);
    }

    private static (NetworkNamespace At, NetworkNamespace Other, string Inner)[] Ends(LinkSite site, string left, string right) => [(site.Left, site.Right, left), (site.Right, site.Left, right)];

    private sealed class Released(IDisposable each) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            each.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
