using System.Text.RegularExpressions;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Links;

/// <summary>Two private networks, two gateways and a public path, joined by the commands of docs/SITE-TO-SITE.md as they stand there.</summary>
public sealed partial class SiteToSiteTests : IAsyncLifetime
{
    private readonly AditProgram _home = new("site");
    private IReadOnlyList<NetworkNamespace> _line = [];

    private NetworkNamespace HostA => _line[0];

    private NetworkNamespace GatewayA => _line[1];

    private NetworkNamespace GatewayB => _line[3];

    private NetworkNamespace HostB => _line[4];

    public async ValueTask InitializeAsync()
    {
        if (InstalledPeers.Missing(PeerRequired.Root, "ip") is not null) return;
        _line = await NetworkNamespace.CreateLineAsync(5);
        await SetAsync(HostA, ["right 10.1.0.10/24", "right fd01::10/64"], ["default via 10.1.0.1", "default via fd01::1"]);
        await SetAsync(GatewayA, ["left 10.1.0.1/24", "left fd01::1/64", "right 192.0.2.1/24"], ["default via 192.0.2.254"]);
        await SetAsync(_line[2], ["left 192.0.2.254/24", "right 198.51.100.254/24"], []);
        await SetAsync(GatewayB, ["left 198.51.100.1/24", "right 10.2.0.1/24", "right fd02::1/64"], ["default via 198.51.100.254"]);
        await SetAsync(HostB, ["left 10.2.0.10/24", "left fd02::10/64"], ["default via 10.2.0.1", "default via fd02::1"]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (NetworkNamespace each in _line) await each.DisposeAsync();
        await _home.DisposeAsync();
    }

    [Theory]
    [InlineData("IPv4 routed through GRE", "10.1.0.10", "10.2.0.10")]
    [InlineData("IPv6 where only IPv4 runs between", "fd01::10", "fd02::10")]
    public async Task RoutedNetworks_ReachEachOther(string section, string a, string b)
    {
        PeerRequired.Installed(PeerRequired.Root, "ip", "setpriv", "ping");
        Assert.NotEqual(0, (await ProcessRunner.RunAsync(new PeerStart { Program = "ping", Arguments = ["-c", "1", "-W", "1", b], Namespace = HostA.Name })).ExitCode); // not without the link
        await using PeerProcess left = await StartAsync(section, "gateway A", GatewayA);
        await using PeerProcess right = await StartAsync(section, "gateway B", GatewayB);
        foreach (PeerProcess link in new[] { left, right })
        {
            Assert.Contains("neither encrypted nor authenticated", link.Errors.Text, StringComparison.Ordinal);
        }

        await LinkTest.ShellAsync(HostA, Command(section, "the host in 10.1.0.0/24"));
        await LinkTest.DiscoverAsync(HostA, b);
        await LinkTest.PingAsync(HostA, b, 56, 1472, 3000);
        await LinkTest.DiscoverAsync(HostB, a);
        await LinkTest.PingAsync(HostB, a, 56, 1472, 3000);
        await using StreamServer there = StreamServer.Echo(HostB.At(b, 0));
        await LinkTest.EchoAsync(HostA.At(b, there.Port), 4 * LinkTest.Bulk);
        await using StreamServer here = StreamServer.Echo(HostA.At(a, 0));
        await LinkTest.EchoAsync(HostB.At(a, here.Port), 4 * LinkTest.Bulk);
    }

    [Fact]
    public async Task SegmentSizeIsClamped_WhereGatewaysMayNotSpeak()
    {
        PeerRequired.Installed(PeerRequired.Root, "ip", "setpriv", "nft");
        const string section = "IPv4 routed through GRE";
        foreach (NetworkNamespace gateway in new[] { GatewayA, GatewayB })
        {
            await LinkTest.ShellAsync(gateway, "nft 'add table inet silence; add chain inet silence out { type filter hook output priority 0; }; add rule inet silence out icmp type destination-unreachable drop'");
        }

        await using PeerProcess left = await StartAsync(section, "gateway A", GatewayA, " --mss-clamp");
        await using PeerProcess right = await StartAsync(section, "gateway B", GatewayB, " --mss-clamp");
        await using StreamServer there = StreamServer.Echo(HostB.At("10.2.0.10", 0));
        await LinkTest.EchoAsync(HostA.At("10.2.0.10", there.Port), 4 * LinkTest.Bulk);
        await using StreamServer here = StreamServer.Echo(HostA.At("10.1.0.10", 0));
        await LinkTest.EchoAsync(HostB.At("10.1.0.10", here.Port), 4 * LinkTest.Bulk);
    }

    [Fact]
    public async Task BridgedNetworks_AreOneEthernet()
    {
        PeerRequired.Installed(PeerRequired.Root, "ip", "setpriv", "ping", "arping");
        const string section = "One Ethernet of both";
        await SetAsync(HostB, ["left 10.1.0.20/24", "left fd01::20/64"], []);
        await LinkTest.IpAsync(HostA, "link set right down\nlink set right name lan0\nlink set lan0 up mtu 1450\naddress add fd01::10/64 dev lan0 nodad\n");
        await LinkTest.IpAsync(HostB, "link set left mtu 1450\n");
        foreach ((NetworkNamespace gateway, string inner) in new[] { (GatewayA, "left"), (GatewayB, "right") })
        {
            await LinkTest.IpAsync(gateway, $"address flush dev {inner} scope global\nlink add lan type bridge\nlink set lan up\nlink set {inner} master lan\n");
        }

        await using PeerProcess left = await StartAsync(section, "gateway A", GatewayA);
        await using PeerProcess right = await StartAsync(section, "gateway B", GatewayB);
        string mac = (await LinkTest.ShellAsync(HostB, "cat /sys/class/net/left/address")).Trim();
        Assert.Contains(mac, await LinkTest.ShellAsync(HostA, Command(section, "the host in 10.1.0.0/24")), StringComparison.OrdinalIgnoreCase);
        foreach ((string a, string b) in new[] { ("10.1.0.10", "10.1.0.20"), ("fd01::10", "fd01::20") })
        {
            await LinkTest.PingAsync(HostA, b, 56, 1400, 3000);
            await using StreamServer there = StreamServer.Echo(HostB.At(b, 0));
            await LinkTest.EchoAsync(HostA.At(b, there.Port), 4 * LinkTest.Bulk);
            await using StreamServer here = StreamServer.Echo(HostA.At(a, 0));
            await LinkTest.EchoAsync(HostB.At(a, here.Port), 4 * LinkTest.Bulk);
        }
    }

    private static Task SetAsync(NetworkNamespace at, string[] addresses, string[] routes) => LinkTest.IpAsync(
        at,
        string.Concat(addresses.Select(a => a.Split(' ')[0]).Distinct().Select(d => $"address flush dev {d} scope global\n")) +
        string.Concat(addresses.Select(a => a.Split(' ')).Select(a => $"address add {a[1]} dev {a[0]}{(a[1].Contains(':') ? " nodad" : "")}\n")) +
        string.Concat(routes.Select(r => $"route replace {r}\n")));

    /// <summary>The command of a section for one machine.</summary>
    private static string Command(string section, string machine)
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Adit.slnx"))) root = Path.GetDirectoryName(root) ?? throw new PeerFailureException("Adit.slnx is in no folder above the tests");
        string text = File.ReadAllText(Path.Combine(root, "docs", "SITE-TO-SITE.md"));
        string part = text.Split("\n## ").Single(s => s.StartsWith(section + "\n", StringComparison.Ordinal));
        return Block().Matches(part).Single(m => m.Groups[1].Value == machine).Groups[2].Value;
    }

    private async Task<PeerProcess> StartAsync(string section, string machine, NetworkNamespace at, string more = "")
    {
        PeerProcess process = await PeerProcess.StartAsync(new PeerStart
        {
            Program = "sh",
            Arguments = ["-c", $"exec {Command(section, machine)}{more}"],
            Environment = new Dictionary<string, string?>(_home.Environment) { ["PATH"] = $"{Path.GetDirectoryName(AditProgram.ExecutablePath)}:{Environment.GetEnvironmentVariable("PATH")}" },
            Namespace = at.Name,
        });
        await process.WaitForErrorLineAsync(l => l.StartsWith("ready", StringComparison.Ordinal), "a line \"ready …\"");
        return process;
    }

    [GeneratedRegex(@"```sh\n# on ([^\n]+)\n(.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
