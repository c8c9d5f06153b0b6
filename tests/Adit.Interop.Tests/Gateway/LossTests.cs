using System.Net.Sockets;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Gateway;

/// <summary>Clients that die, paths that fall silent, and a gateway that is told to stop.</summary>
public sealed class LossTests : GatewayTest
{
    private static readonly string[] Quick = ["client-alive-interval: 1s", "client-alive-count-max: 2"];

    [Fact]
    public async Task KilledClient_ReleasesPortsAndDescriptors_AndItsKeyTakesThePortOver()
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]);
        await using StreamServer source = StreamServer.Source(1L << 34, Seed);
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = new(gateway.Target, Identity);
        (int local, int remote) = (Ports.Free(), Ports.Free());
        int before = gateway.CountSockets();
        PeerProcess ssh = await client.StartForwardingAsync("-L", $"127.0.0.1:{local}:127.0.0.1:{source.Port}", $"-R127.0.0.1:{remote}:127.0.0.1:{echo.Port}");
        await using NetworkStream stream = await StreamProbe.ConnectAsync(Loopback(local));
        await stream.ReadExactlyAsync(new byte[8 << 20]);
        ssh.Kill();
        await ssh.DisposeAsync();

        await EventuallyAsync(() => CanBind(remote), TimeSpan.FromSeconds(10), () => "the port of the dead client is still bound");
        await EventuallyAsync(() => gateway.CountSockets() <= before, TimeSpan.FromSeconds(10), () => $"{gateway.CountSockets()} sockets, {before} before");
        await EventuallyAsync(() => source.Open == 0, TimeSpan.FromSeconds(10), () => "the destination's connection is still open");
        await using PeerProcess again = await client.StartForwardingAsync($"-R127.0.0.1:{remote}:127.0.0.1:{echo.Port}");
        await AssertEchoAsync(Loopback(remote));
    }

    [Fact]
    public async Task SilentPath_IsNoticedByTheGateway()
    {
        PeerRequired.Installed("nft", PeerRequired.Root);
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine], Quick);
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = new(gateway.Target, Identity);
        int remote = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync($"-R127.0.0.1:{remote}:127.0.0.1:{echo.Port}");
        int before = gateway.CountSockets();
        await using NftDrop drop = await NftDrop.StartAsync(gateway.Target.Port);

        await EventuallyAsync(() => CanBind(remote), TimeSpan.FromSeconds(10), () => "the port of the silent client is still bound");
        await gateway.WaitForLogAsync("ended", "no sign of life");
        await EventuallyAsync(() => gateway.CountSockets() < before, TimeSpan.FromSeconds(5), () => "the connection's descriptor is still open");
    }

    [Fact]
    public async Task StoppedClient_IsTakenOverBySameKey_LivingOneIsNot()
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]);
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = new(gateway.Target, Identity);
        int remote = Ports.Free();
        string forward = $"-R127.0.0.1:{remote}:127.0.0.1:{echo.Port}";
        await using PeerProcess first = await client.StartForwardingAsync(forward);

        Assert.Equal(255, (await client.RunAsync(["-N", forward])).ExitCode);
        await gateway.WaitForLogAsync($"listen 127.0.0.1:{remote}: failed", "answers (takeover: dead)");
        await first.SignalAsync("STOP");
        await using PeerProcess second = await client.StartForwardingAsync(forward);
        await AssertEchoAsync(Loopback(remote));
        await gateway.WaitForLogAsync("ended", "took", "over");
    }

    [Fact]
    public async Task OtherKey_NeverGetsTheListener()
    {
        SshKeyFile other = await SshKeyFile.GenerateAsync(Folder, "other");
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine, other.PublicLine], ["takeover: always"]);
        using OpenSshClient client = new(gateway.Target, Identity);
        using OpenSshClient stranger = new(gateway.Target, other);
        int remote = Ports.Free();
        await using PeerProcess first = await client.StartForwardingAsync($"-R127.0.0.1:{remote}:127.0.0.1:9");

        Assert.Equal(255, (await stranger.RunAsync(["-N", $"-R127.0.0.1:{remote}:127.0.0.1:9"])).ExitCode);
        await gateway.WaitForLogAsync("it is leased to another key");
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task Signal_StopsCleanlyWithinTwoSeconds(string signal)
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]);
        await using StreamServer source = StreamServer.Source(1L << 34, Seed);
        using OpenSshClient client = new(gateway.Target, Identity);
        (int local, int remote) = (Ports.Free(), Ports.Free());
        await using PeerProcess ssh = await client.StartForwardingAsync("-L", $"127.0.0.1:{local}:127.0.0.1:{source.Port}", $"-R127.0.0.1:{remote}:127.0.0.1:9");
        await using NetworkStream unread = await StreamProbe.ConnectAsync(Loopback(local));
        await unread.ReadExactlyAsync(new byte[1 << 20]);

        long began = Environment.TickCount64;
        await gateway.Process.SignalAsync(signal);
        Assert.Equal(0, await gateway.Process.WaitForExitAsync());
        Assert.InRange(Environment.TickCount64 - began, 0, 4000); // two seconds, and what a loaded machine adds
        Assert.Equal(255, await ssh.WaitForExitAsync());
        Assert.True(CanBind(remote));
        Assert.True(CanBind(gateway.Target.Port));
    }

    [Fact]
    public async Task FloodOfConnections_LeavesTheGatewayServing()
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine], ["penalties: false"]);
        List<Socket> flood = [];
        for (int i = 0; i < 400; i++)
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            flood.Add(socket);
            await socket.ConnectAsync(gateway.Target.EndPoint);
        }

        flood.ForEach(s => s.Dispose());
        using OpenSshClient client = new(gateway.Target, Identity);
        // Some of the flood may still wait in the kernel's backlog, so that MaxStartups turns away by chance whoever comes behind it.
        long began = Environment.TickCount64;
        ProcessResult result = await client.RunAsync([], "id");
        while (result.ExitCode != 1 && Environment.TickCount64 - began < 20_000) result = await client.RunAsync([], "id");
        Assert.Equal((1, true), (result.ExitCode, result.Errors.Contains("forwards only", StringComparison.Ordinal)));
        await EventuallyAsync(() => gateway.CountSockets() < 10, TimeSpan.FromSeconds(10), () => $"{gateway.CountSockets()} sockets after the flood");
    }
}
