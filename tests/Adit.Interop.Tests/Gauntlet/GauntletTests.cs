using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Gauntlet;

/// <summary>Firewalls that let exactly one thing through, and SSH through each. docs/GAUNTLET.md tells of them, from both sides of the fence.</summary>
public sealed class GauntletTests
{
    /// <summary>A resolver on the firewall is all that answers.</summary>
    [Fact]
    public async Task G_OnlyDns_ToALocalResolver()
    {
        await using FencedNetwork net = await FencedNetwork.BuildAsync(1, "dnsmasq");
        string key = await net.MakeCarrierKeyAsync();
        SshTarget gateway = await net.StartGatewayAsync($"dns://{net.Outside.Address4}:53/t.example?key={key}");
        await using PeerProcess resolver = await PeerProcess.StartAsync(new PeerStart
        {
            Program = InstalledPeers.Find("dnsmasq"),
            Arguments =
            [
                "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=root", "--log-facility=-", "--pid-file=", $"--listen-address={net.Firewall.Address4}", "--bind-interfaces",
                $"--server={net.Outside.Address4}",
            ],
            Namespace = net.Firewall.Name,
        });
        await net.AssertOpenAsync(53);
        await net.ShutAsync(net.Firewall, input: "meta l4proto { tcp, udp } th dport 53");
        await net.AssertShutAsync(22, 53, 443);
        await net.WitnessAsync(53, "tcp, udp"); // the resolver's queries
        await net.AssertEchoesAsync(gateway, "--via", $"dns://t.example?resolver={net.Firewall.Address4}&rate=0&key={key}");
    }

    /// <summary>A broker outside, and nothing else.</summary>
    [Fact]
    public async Task H_OnlyABrokersPort()
    {
        await using FencedNetwork net = await FencedNetwork.BuildAsync(1, "mosquitto");
        string key = await net.MakeCarrierKeyAsync();
        string configuration = net.Folder.Write("mosquitto.conf", $"user root\nlog_dest stderr\nlistener 1883 {net.Outside.Address4}\nallow_anonymous true\n");
        await using PeerProcess broker = await PeerProcess.StartAsync(new PeerStart { Program = "mosquitto", Arguments = ["-c", configuration], Namespace = net.Outside.Name });
        await broker.WaitForErrorLineAsync(l => l.Contains(" running", StringComparison.Ordinal), "the broker");
        string hop = $"mqtt://{net.Outside.Address4}/adit?rate=0&key={key}";
        SshTarget gateway = await net.StartGatewayAsync(hop);
        await net.AssertOpenAsync(1883);
        await net.ShutAsync(net.Firewall, forward: "tcp dport 1883");
        await net.AssertShutAsync(22, 443);
        await net.WitnessAsync(1883);
        await net.AssertEchoesAsync(gateway, "--via", hop);
    }

    [Fact]
    public async Task A_OnlySquid_ThatConnectsTo443()
    {
        await using FencedNetwork net = await FencedNetwork.BuildAsync(1, "squid");
        SshTarget sshd = await net.StartSshdAsync(443);
        await using Squid squid = await StartSquidAsync(net.Firewall, [443]);
        await net.AssertOpenAsync(443);
        await net.ShutAsync(net.Firewall, input: "tcp dport 3128");
        await net.AssertShutAsync(22, 443);
        await net.WitnessAsync(443);
        await net.AssertCarriesAsync(sshd, "--via", $"connect://{net.Firewall.Address4}:3128");
        await net.AssertDoctorFindsAsync(sshd, $"connect://{net.Firewall.Address4}:3128");
        // What the organisation sees.
        await EventuallyAsync(() => squid.AccessLog, "TCP_TUNNEL/200", "CONNECT 10.98.1.2:443");
    }

    [Fact]
    public async Task B_OnlySquid_ForPlainHttp()
    {
        await using FencedNetwork net = await FencedNetwork.BuildAsync(1, "squid");
        SshTarget gateway = await net.StartGatewayAsync($"http://{net.Outside.Address4}:80/t");
        await using Squid squid = await StartSquidAsync(net.Firewall, []);
        await net.AssertOpenAsync(80);
        await net.ShutAsync(net.Firewall, input: "tcp dport 3128");
        await net.AssertShutAsync(22, 80, 443);
        await net.WitnessAsync(80);
        string proxy = $"http://{net.Firewall.Address4}:3128";
        await net.AssertCarriesAsync(gateway, "--via", $"http://{net.Outside.Address4}/t?proxy={proxy}");
        await net.AssertDoctorFindsAsync(gateway, $"http://{net.Outside.Address4}/t?proxy={proxy}");
        // CONNECT is denied, and said so.
        using OpenSshClient client = net.Client(gateway);
        ProcessResult denied = await client.RunAsync(["-N", "--via", $"ws://{net.Outside.Address4}/t?proxy={proxy}"]);
        Assert.Equal(255, denied.ExitCode);
        Assert.Contains("proxy refused: ", denied.Errors, StringComparison.Ordinal);
        await EventuallyAsync(() => squid.AccessLog, "/200", "POST http://10.98.1.2/t/");
        await EventuallyAsync(() => squid.AccessLog, "TCP_DENIED/403", "CONNECT 10.98.1.2:80");
    }

    [Fact]
    public async Task C_OnlySocks5_WithAPassword()
    {
        await using FencedNetwork net = await FencedNetwork.BuildAsync(1, "microsocks");
        SshTarget sshd = await net.StartSshdAsync(22);
        await using MicroSocks socks = await MicroSocks.StartAsync("ada", "correct horse", net.Firewall.Address4, 1080, net.Firewall);
        await net.AssertOpenAsync(22);
        await net.ShutAsync(net.Firewall, input: "tcp dport 1080");
        await net.AssertShutAsync(22, 443);
        await net.WitnessAsync(22);
        string auth = net.Folder.Write("auth", "ada:correct horse\n");
        await net.AssertCarriesAsync(sshd, "--via", $"socks5h://{net.Firewall.Address4}:1080?auth={auth}");
        await net.AssertDoctorFindsAsync(sshd, $"socks5h://{net.Firewall.Address4}:1080?auth={auth}");
        using OpenSshClient client = net.Client(sshd);
        ProcessResult nobody = await client.RunAsync(["--via", $"socks5h://{net.Firewall.Address4}:1080"], "true");
        Assert.Equal(255, nobody.ExitCode);
        Assert.Contains("authentication: ", nobody.Errors, StringComparison.Ordinal);
        await socks.Process.WaitForErrorLineAsync(l => l.Contains("connected to 10.98.1.2:22", StringComparison.Ordinal), "a line of the connection");
    }

    [Fact]
    public async Task D_Only443_ToAHostOfTls()
    {
        await using FencedNetwork net = await FencedNetwork.BuildAsync(1, "haproxy", "openssl");
        SshTarget sshd = await net.StartSshdAsync(22);
        OpenSslCertificate certificate = await OpenSslCertificate.MakeAsync(net.Folder);
        await using HaProxy front = await HaProxy.StartAsync(certificate, $"{net.Outside.Address4}:22", "", 443, net.Outside.Address4, net.Outside);
        await net.AssertOpenAsync(443);
        // Not only the port: what begins as SSH is cut.
        NftFirewall firewall = await net.ShutAsync(net.Firewall, forward: $"ip daddr {net.Outside.Address4} tcp dport 443", refuse: "tcp dport 443 @ih,0,32 0x5353482d");
        await net.AssertShutAsync(22, 80);
        await net.WitnessAsync(443);
        await net.AssertCarriesAsync(sshd, "--via", $"tls://{net.Outside.Address4}:443?pin={certificate.Pin}");
        await net.AssertDoctorFindsAsync(sshd, $"tls://{net.Outside.Address4}:443?pin={certificate.Pin}");
        Assert.Equal(0, (await firewall.CountAsync()).Refused);
        using OpenSshClient client = net.Client(sshd);
        ProcessResult bare = await client.RunAsync(["--via", $"tcp://{net.Outside.Address4}:443"], "true");
        Assert.Equal(255, bare.ExitCode);
        Assert.NotEqual(0, (await firewall.CountAsync()).Refused);
        await front.Process.WaitForOutputLineAsync(l => l.StartsWith("10.98.0.1:", StringComparison.Ordinal) && l.Contains("front~", StringComparison.Ordinal), "a line of the connection");
    }

    [Fact]
    public async Task E_OnlyPort80_BehindNginx()
    {
        await using FencedNetwork net = await FencedNetwork.BuildAsync(1, "nginx");
        SshTarget gateway = await net.StartGatewayAsync("http://127.0.0.1:8080/t");
        await using Nginx nginx = await Nginx.StartAsync("http://127.0.0.1:8080", $"{Nginx.Upgrades} {Nginx.Streams}", null, 80, net.Outside.Address4, net.Outside);
        await net.AssertOpenAsync(80);
        await net.ShutAsync(net.Firewall, forward: $"ip daddr {net.Outside.Address4} tcp dport 80");
        await net.AssertShutAsync(22, 443);
        await net.WitnessAsync(80);
        await net.AssertCarriesAsync(gateway, "--via", $"http://{net.Outside.Address4}/t");
        await net.AssertDoctorFindsAsync(gateway, $"http://{net.Outside.Address4}/t");
        await nginx.Process.WaitForOutputLineAsync(l => l.StartsWith("10.98.0.1 ", StringComparison.Ordinal) && l.Contains("\"GET /t HTTP/1.1\" 101", StringComparison.Ordinal), "a line of the request");
    }

    [Fact]
    public async Task F_Socks5Within_AndSquidBehindIt()
    {
        await using FencedNetwork net = await FencedNetwork.BuildAsync(2, "microsocks", "squid");
        SshTarget sshd = await net.StartSshdAsync(443);
        await using MicroSocks socks = await MicroSocks.StartAsync("ada", "correct horse", net.Firewall.Address4, 1080, net.Firewall);
        await using Squid squid = await StartSquidAsync(net.OuterFirewall, [443]);
        await net.AssertOpenAsync(443);
        await net.ShutAsync(net.Firewall, input: "tcp dport 1080");
        await net.ShutAsync(net.OuterFirewall, input: "tcp dport 3128");
        await net.AssertShutAsync(22, 443);
        await net.WitnessAsync(443);
        string auth = net.Folder.Write("auth", "ada:correct horse\n");
        string inner = $"socks5h://{net.Firewall.Address4}:1080?auth={auth}";
        string outer = $"connect://{net.OuterFirewall.Address4}:3128";
        await net.AssertCarriesAsync(sshd, "--via", inner, "--via", outer);
        await net.AssertDoctorFindsAsync(sshd, inner, outer);
        // Neither proxy alone leads outside.
        using OpenSshClient client = net.Client(sshd);
        foreach (string alone in (string[])[inner, outer])
        {
            ProcessResult shut = await client.RunAsync(["-o", "ConnectTimeout=2", "--via", $"{alone}{(alone == inner ? "&" : "?")}timeout=2"], "true");
            Assert.Equal(255, shut.ExitCode);
        }

        await EventuallyAsync(() => squid.AccessLog, "TCP_TUNNEL/200", "CONNECT 10.98.2.2:443");
        await socks.Process.WaitForErrorLineAsync(l => l.Contains("connected to 10.98.1.2:3128", StringComparison.Ordinal), "a line of the connection");
    }

    private static Task<Squid> StartSquidAsync(NetworkNamespace at, int[] connectPorts) =>
        Squid.StartAsync(new SquidOptions { Addresses = [at.Address4], Port = 3128, ConnectPorts = connectPorts, Namespace = at.Name });

    private static async Task EventuallyAsync(Func<string> log, params string[] words)
    {
        using CancellationTokenSource deadline = new(PeerProcess.Patience);
        while (!log().Split('\n').Any(l => words.All(w => l.Contains(w, StringComparison.Ordinal))))
        {
            Assert.False(deadline.IsCancellationRequested, $"expected a line with {string.Join(" and ", words)}, got:\n{log()}");
            await Task.Delay(20);
        }
    }
}
