using System.Text.Json;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Links;

/// <summary>"adit link" at both ends, for what has no counterpart in a kernel; VXLAN with the machine's kernel; records of each layer; what it says of itself.</summary>
public sealed class OwnLinkTests : IAsyncLifetime
{
    private static readonly (string Ours, string Theirs)[] Inner = [("10.92.0.1", "10.92.0.2"), ("fd92::1", "fd92::2")];
    private NetworkNamespace? _left;
    private NetworkNamespace? _right;

    private NetworkNamespace Left => _left!;

    private NetworkNamespace Right => _right!;

    public async ValueTask InitializeAsync()
    {
        if (InstalledPeers.Missing(PeerRequired.Root, "ip", "setpriv", "ping") is null) (_left, _right) = await NetworkNamespace.CreatePairAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_left is not null) await _left.DisposeAsync();
        if (_right is not null) await _right.DisposeAsync();
    }

    [Theory]
    [InlineData("udp --port 5001 --local 10.99.0.1 --remote 10.99.0.2", "udp --port 5001 --local 10.99.0.2 --remote 10.99.0.1")]
    [InlineData("udp --mode ethernet --local fd99::1 --remote fd99::2 --port 5002", "udp --mode ethernet --local fd99::2 --remote fd99::1 --port 5002")]
    [InlineData("geneve --mode ip --vni 9 --local 10.99.0.1 --remote 10.99.0.2", "geneve --mode ip --vni 9 --local 10.99.0.2 --remote 10.99.0.1")]
    [InlineData("stream --local 10.99.0.1:7000", "stream --remote 10.99.0.1:7000")]
    [InlineData("stream --mode ethernet --local 10.99.0.1:7001", "stream --mode ethernet --remote 10.99.0.1:7001")]
    [InlineData("etherip --local 10.99.0.1 --remote 10.99.0.2", "etherip --local 10.99.0.2 --remote 10.99.0.1")]
    public async Task OwnEnds_CarryBothWays(string left, string right)
    {
        PeerRequired.Installed(PeerRequired.Root, "ip", "setpriv", "ping");
        await using AditLink a = await StartAsync(Left, left, 1);
        await using AditLink b = await StartAsync(Right, right, 2);
        await AssertCarriesAsync(a, b);
    }

    [Fact]
    public async Task Vxlan_MeetsTheMachinesKernel()
    {
        PeerRequired.Installed(PeerRequired.Root, "ip", "setpriv", "ping", "ethtool");
        await using AditLink a = await StartAsync(Left, "vxlan --vni 42 --local 10.99.0.1 --remote 10.99.0.2", 1);
        // A veth pair hands the sums of inner TCP over unfinished, which a real card would finish, and no socket is told of it.
        await LinkTest.ShellAsync(Right, $"ethtool -K {NetworkNamespace.Interface} tx off");
        await LinkTest.IpAsync(Right, "link add kernel type vxlan id 42 local 10.99.0.2 remote 10.99.0.1 dstport 4789\naddress add 10.92.0.2/24 dev kernel\naddress add fd92::2/64 dev kernel nodad\nlink set kernel up mtu 1450\n");
        await AssertCarriesAsync(a);
    }

    [Fact]
    public async Task Records_AreReadAtEveryLayer()
    {
        PeerRequired.Installed([PeerRequired.Root, "ip", "setpriv", "ping", .. PacketCapture.Needs]);
        string inner, outer;
        IReadOnlyList<string[]> insideSeen, outsideSeen;
        using PeerFolder folder = new("records");
        (inner, outer) = (folder["inner.pcapng"], folder["outer.pcapng"]);
        await using (AditLink a = await StartAsync(Left, $"vxlan --vni 42 --local 10.99.0.1 --remote 10.99.0.2 --capture {inner} --capture outer={outer}", 1))
        await using (AditLink b = await StartAsync(Right, "vxlan --vni 42 --local 10.99.0.2 --remote 10.99.0.1", 2))
        {
            await LinkTest.PingAsync(Left, "10.92.0.2", 77);
            await a.Process.SignalAsync("TERM");
            Assert.Equal(0, await a.Process.WaitForExitAsync());
        }

        insideSeen = await PacketCapture.ReadAsync(inner, "icmp", "frame.protocols", "ip.src", "icmp.type", "data.len");
        outsideSeen = await PacketCapture.ReadAsync(outer, "icmp", "frame.protocols", "ip.src", "icmp.type", "udp.dstport", "vxlan.vni");
        Assert.Equal(["10.92.0.1 8", "10.92.0.2 0"], insideSeen.Select(p => $"{p[1]} {p[2]}"));
        Assert.All(insideSeen, p => Assert.StartsWith("eth:ethertype:ip:icmp", p[0], StringComparison.Ordinal));
        Assert.Equal(["10.99.0.1,10.92.0.1 8", "10.99.0.2,10.92.0.2 0"], outsideSeen.Select(p => $"{p[1]} {p[2]}"));
        Assert.All(outsideSeen, p => Assert.True(p[3] == "4789" && p[4] == "42" && p[0].Contains("udp:vxlan:eth", StringComparison.Ordinal), string.Join(' ', p)));
    }

    [Fact]
    public async Task Status_TellsPacketsAndSegments()
    {
        PeerRequired.Installed(PeerRequired.Root, "ip", "setpriv", "ping");
        await using AditLink a = await StartAsync(Left, "udp --port 5001 --local 10.99.0.1 --remote 10.99.0.2", 1);
        await using AditLink b = await StartAsync(Right, "udp --port 5001 --local 10.99.0.2 --remote 10.99.0.1", 2);
        await using StreamServer sink = StreamServer.Sink(Right.At("10.92.0.2", 0));
        const long length = 64L << 20;
        Assert.Equal(StreamProbe.ExpectedAnswer(length, LinkTest.Seed), await StreamProbe.UploadAsync(Left.At("10.92.0.2", sink.Port), length, LinkTest.Seed));

        JsonElement link = (await a.StatusAsync()).GetProperty("processes")[0].GetProperty("sections")[0].GetProperty("link");
        Assert.Equal(("udp", LinkDevice), (link.GetProperty("type").GetString(), link.GetProperty("device").GetString()));
        Assert.False(link.GetProperty("protected").GetBoolean());
        Assert.InRange(link.GetProperty("sent").GetProperty("octets").GetInt64(), length, length * 2);
        // Offloads work: many segments a call outside, both ways of looking at it.
        JsonElement sent = link.GetProperty("sent-outside"), received = (await b.LinkStatusAsync()).GetProperty("received-outside");
        Assert.True(sent.GetProperty("segments").GetInt64() > 4 * sent.GetProperty("batches").GetInt64(), sent.ToString());
        Assert.True(received.GetProperty("segments").GetInt64() > 4 * received.GetProperty("batches").GetInt64(), received.ToString());
        Assert.Contains("neither encrypted nor authenticated", a.Process.Errors.Text, StringComparison.Ordinal);
        Assert.Single(a.Process.Errors.Text.Split('\n'), l => l.Contains("neither encrypted nor authenticated", StringComparison.Ordinal));
    }

    private const string LinkDevice = "link";

    private static Task<AditLink> StartAsync(NetworkNamespace at, string arguments, int side) =>
        AditLink.StartAsync(at, [.. arguments.Split(' '), "--dev", LinkDevice, "--address", $"10.92.0.{side}/24", "--address", $"fd92::{side}/64"]);

    private async Task AssertCarriesAsync(params AditLink[] links)
    {
        try
        {
            foreach ((string ours, string theirs) in Inner) await AssertCarriesAsync(ours, theirs);
        }
        catch (Exception e)
        {
            List<string> said = [];
            foreach (AditLink link in links) said.Add($"{await link.LinkStatusAsync()}\n{link.Process.Errors.Text}");
            throw new PeerFailureException($"{e.Message}\n{string.Join('\n', said)}", e);
        }
    }

    private async Task AssertCarriesAsync(string ours, string theirs)
    {
        await LinkTest.ReachAsync(Left, theirs);
        await LinkTest.PingAsync(Left, theirs, 0, 56, -1300, 3000);
        await LinkTest.PingAsync(Right, ours, 56, 3000);
        await using StreamServer there = StreamServer.Echo(Right.At(theirs, 0));
        await LinkTest.EchoAsync(Left.At(theirs, there.Port), 4 * LinkTest.Bulk);
        await using StreamServer here = StreamServer.Echo(Left.At(ours, 0));
        await LinkTest.EchoAsync(Right.At(ours, here.Port), 4 * LinkTest.Bulk);
    }
}
