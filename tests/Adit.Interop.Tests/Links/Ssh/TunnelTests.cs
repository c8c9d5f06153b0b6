using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Links.Ssh;

/// <summary><c>ssh -w</c> between OpenSSH and ours, in both roles.</summary>
public sealed class TunnelTests : GatewayTest
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public static TheoryData<string, string, string> Pairs => new()
    {
        { "openssh", "adit", "tun" }, { "openssh", "adit", "tap" }, { "adit", "openssh", "tun" }, { "adit", "openssh", "tap" }, { "adit", "adit", "tun" },
    };

    public override ValueTask InitializeAsync()
    {
        PeerRequired.Installed(PeerRequired.Root, "ip", "ping", "sshd");
        return base.InitializeAsync();
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Tunnel_CarriesPacketsOfEverySize_AndStreamsWhole(string client, string server, string device)
    {
        await using TunnelSite site = await TunnelSite.CreateAsync(client, server, Identity);
        await site.OpenAsync(device, 0, 1);
        await site.ConfigureAsync(device + "0", device + "1");

        // Small, as long as the MTU permits, and longer: fragments.
        await TunnelSite.PingAsync(site.Left, TunnelSite.RightAddress, 56);
        await TunnelSite.PingAsync(site.Right, TunnelSite.LeftAddress, 1472, "-M", "do");
        await TunnelSite.PingAsync(site.Left, TunnelSite.RightAddress, 4000);
        await TunnelSite.PingAsync(site.Left, TunnelSite.RightAddress6, 1452);
        await TunnelSite.PingAsync(site.Right, TunnelSite.LeftAddress6, 4000);

        await AssertStreamsAsync(site, TunnelSite.LeftAddress, TunnelSite.RightAddress);
        await AssertStreamsAsync(site, TunnelSite.LeftAddress6, TunnelSite.RightAddress6);
    }

    [Theory]
    [InlineData("openssh", "adit")]
    [InlineData("adit", "openssh")]
    public async Task TapsInBridges_JoinHostsBehindThem(string client, string server)
    {
        await using TunnelSite site = await TunnelSite.CreateAsync(client, server, Identity);
        (NetworkNamespace hostLeft, NetworkNamespace hostRight) = await NetworkNamespace.CreatePairAsync();
        await using (hostLeft)
        await using (hostRight)
        {
            await site.OpenAsync("tap", 0, 0);
            foreach ((NetworkNamespace at, NetworkNamespace host, int number) in new[] { (site.Left, hostLeft, 1), (site.Right, hostRight, 2) })
            {
                await TunnelSite.IpAsync(at, "link add br0 type bridge forward_delay 0", $"link add port0 type veth peer name lan0 netns {host.Name}", "link set port0 master br0", "link set tap0 master br0", "link set port0 up", "link set tap0 up", "link set br0 up");
                await TunnelSite.IpAsync(host, $"address add 10.67.0.{number}/24 dev lan0", "link set lan0 up");
            }

            await TunnelSite.PingAsync(hostLeft, "10.67.0.2", 1472, "-M", "do");
            // ARP goes through: each host knows the other's own address.
            string neighbour = await TunnelSite.ShowAsync(hostLeft, "neighbour", "show", "10.67.0.2");
            string mac = (await ProcessRunner.RunAsync(new PeerStart { Program = "cat", Arguments = ["/sys/class/net/lan0/address"], Namespace = hostRight.Name })).Text.Trim();
            Assert.Contains($"lladdr {mac}", neighbour, StringComparison.Ordinal);
            await using StreamServer sink = StreamServer.Sink(hostRight.At("10.67.0.2", 4000));
            await AssertUploadAsync(hostLeft.At("10.67.0.2", 4000), 2 * Mebi);
        }
    }

    [Theory]
    [InlineData("openssh")]
    [InlineData("adit")]
    public async Task NotPermitted_IsRefusedInTheWordsOfSsh(string client)
    {
        await using TunnelSite site = await TunnelSite.CreateAsync(client, "adit", Identity, "tunnel=\"3\" ", "PermitTunnel point-to-point");
        ProcessResult wrongMode = await site.Client().RunAsync(["-N", "-v", "-o", "Tunnel=ethernet", "-w", "0:3"]);
        Assert.Equal(255, wrongMode.ExitCode);
        Assert.Contains("channel 0: open failed: connect failed: open failed", wrongMode.Errors, StringComparison.Ordinal);
        Assert.Contains("Tunnel forwarding failed", wrongMode.Errors, StringComparison.Ordinal);
        Assert.Contains("Server has rejected tunnel device forwarding.", wrongMode.Errors, StringComparison.Ordinal);
        ProcessResult wrongUnit = await site.Client().RunAsync(["-N", "-v", "-w", "0:4"]);
        Assert.Equal(255, wrongUnit.ExitCode);
        Assert.Contains("Failed to open the tunnel device.", wrongUnit.Errors, StringComparison.Ordinal);

        // The device that the key forces, also where any would do; the session is told its name.
        // ssh(1) waits for the tunnel once the command has ended.
        await using PeerProcess process = await PeerProcess.StartAsync(site.Client().Command(["-w", "0:any"], "echo device $SSH_TUNNEL"));
        Assert.Equal("device tun3", await process.WaitForOutputLineAsync(l => l.StartsWith("device", StringComparison.Ordinal), "a line of the command"));
    }

    [Fact]
    public async Task PermitTunnelNo_IsTheDefault_AndRefuses()
    {
        await using TunnelSite site = await TunnelSite.CreateAsync("openssh", "adit", Identity, "", "PermitRootLogin yes");
        ProcessResult refused = await site.Client().RunAsync(["-N", "-v", "-w", "0:0"]);
        Assert.Equal(255, refused.ExitCode);
        Assert.Contains("Tunnel forwarding failed", refused.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("tun0", await TunnelSite.ShowAsync(site.Right, "link"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoClients_HaveTheirTunnels_AndWhoeverIsKilledLeavesNothing()
    {
        await using TunnelSite site = await TunnelSite.CreateAsync("adit", "adit", Identity);
        PeerProcess first = await site.OpenAsync("tun", 0, 0);
        PeerProcess second = await site.OpenAsync("tun", 1, 1);
        await site.ConfigureAsync("tun0", "tun0", 66);
        await site.ConfigureAsync("tun1", "tun1", 67);
        await Task.WhenAll(TunnelSite.PingAsync(site.Left, "10.66.0.2", 56), TunnelSite.PingAsync(site.Left, "10.67.0.2", 56));

        await first.SignalAsync("KILL");
        await GoneAsync(site.Right, "tun0");
        Assert.DoesNotContain("tun0", await TunnelSite.ShowAsync(site.Left, "link"), StringComparison.Ordinal);
        await TunnelSite.PingAsync(site.Left, "10.67.0.2", 56);

        await site.Server.Process.SignalAsync("KILL");
        await GoneAsync(site.Right, "tun1");
        await GoneAsync(site.Left, "tun1");
        Assert.Equal(255, await second.WaitForExitAsync());
    }

    [Theory]
    [InlineData("openssh", "adit")]
    [InlineData("adit", "openssh")]
    public async Task NewKeysUnderLoad_LoseNothingOfAStream(string client, string server)
    {
        await using TunnelSite site = await TunnelSite.CreateAsync(client, server, Identity);
        PeerProcess process = await site.OpenAsync("tun", 0, 0, "-o", "RekeyLimit=1M");
        await site.ConfigureAsync("tun0", "tun0");
        await using StreamServer sink = StreamServer.Sink(site.Right.At(TunnelSite.RightAddress, 4000));
        await AssertUploadAsync(site.Left.At(TunnelSite.RightAddress, 4000), 8 * Mebi);
        Assert.True(process.Errors.Text.Split("SSH2_MSG_NEWKEYS received").Length > 3);
    }

    [Fact]
    public async Task LocalCommand_LearnsTheDevice_AndTheTunnelOutlivesTheCommand()
    {
        await using TunnelSite site = await TunnelSite.CreateAsync("adit", "openssh", Identity);
        await using (PeerProcess process = await PeerProcess.StartAsync(site.Client().Command(["-o", "PermitLocalCommand=yes", "-o", "LocalCommand=echo here %T", "-w", "5:any"], "echo there")))
        {
            Assert.Equal("here tun5", await process.WaitForOutputLineAsync(l => l.StartsWith("here", StringComparison.Ordinal), "a line of LocalCommand"));
            await process.WaitForOutputLineAsync(l => l == "there", "a line of the command");
            // As "ssh -f -w 0:1 host true" of ssh(1) has it, the tunnel outlives the command.
            await site.ConfigureAsync("tun5", "tun0");
            await TunnelSite.PingAsync(site.Left, TunnelSite.RightAddress, 56);
            Assert.False(process.HasExited);
        }
    }

    [Fact]
    public async Task MissingPrivilege_IsNamed()
    {
        await using TunnelSite site = await TunnelSite.CreateAsync("adit", "openssh", Identity);
        PeerStart start = site.Client().Command(["-N", "-w", "0:0"]);
        ProcessResult without = await ProcessRunner.RunAsync(start with { Program = "setpriv", Arguments = ["--bounding-set=-net_admin", "--inh-caps=-net_admin", "--", start.Program, .. start.Arguments] });
        Assert.Equal(255, without.ExitCode);
        Assert.Contains("Tunnel device open failed.", without.Errors, StringComparison.Ordinal);
        Assert.Contains("CAP_NET_ADMIN", without.Errors, StringComparison.Ordinal);
        Assert.Contains("Could not request tunnel forwarding.", without.Errors, StringComparison.Ordinal);
    }

    private static async Task AssertStreamsAsync(TunnelSite site, string left, string right)
    {
        await using StreamServer atRight = StreamServer.Echo(site.Right.At(right, 4000));
        await using StreamServer atLeft = StreamServer.Sink(site.Left.At(left, 4001));
        await AssertEchoAsync(site.Left.At(right, 4000), 4 * Mebi);
        await AssertUploadAsync(site.Right.At(left, 4001), 4 * Mebi);
    }

    private static async Task GoneAsync(NetworkNamespace at, string device)
    {
        long began = Environment.TickCount64;
        while ((await TunnelSite.ShowAsync(at, "link")).Contains($"{device}:", StringComparison.Ordinal))
        {
            if (Environment.TickCount64 - began > Patience.TotalMilliseconds) Assert.Fail($"{device} is still there");
            await Task.Delay(50);
        }
    }
}
