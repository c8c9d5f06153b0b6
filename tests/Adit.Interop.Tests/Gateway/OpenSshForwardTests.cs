using System.Net;
using System.Net.Sockets;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Gateway;

/// <summary>ssh(1) forwards through our gateway, every way it can.</summary>
public sealed class OpenSshForwardTests : GatewayTest
{
    private const long Bulk = 64 * Mebi;

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::1", "::1")]
    public async Task LocalForward_CarriesBothDirections(string address, string target)
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine], address: address);
        await using StreamServer source = StreamServer.Source(Bulk, Seed, new IPEndPoint(IPAddress.Parse(target), 0));
        await using StreamServer sink = StreamServer.Sink(new IPEndPoint(IPAddress.Parse(target), 0));
        using OpenSshClient client = new(gateway.Target, Identity);
        (int down, int up) = (Ports.Free(), Ports.Free());
        await using PeerProcess ssh = await client.StartForwardingAsync(
            "-L", $"127.0.0.1:{down}:[{target}]:{source.Port}", "-L", $"127.0.0.1:{up}:[{target}]:{sink.Port}");

        await AssertDownloadAsync(Loopback(down), Bulk);
        await AssertUploadAsync(Loopback(up), Bulk);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("localhost")]
    public async Task RemoteForward_CarriesBothDirections(string bind)
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]);
        await using StreamServer source = StreamServer.Source(Bulk, Seed);
        await using StreamServer sink = StreamServer.Sink();
        using OpenSshClient client = new(gateway.Target, Identity);
        (int down, int up) = (Ports.Free(), Ports.Free());
        await using PeerProcess ssh = await client.StartForwardingAsync($"-R[{bind}]:{down}:127.0.0.1:{source.Port}", $"-R[{bind}]:{up}:127.0.0.1:{sink.Port}");

        foreach (IPAddress address in bind == "localhost" ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : new[] { IPAddress.Parse(bind) })
        {
            await AssertDownloadAsync(new IPEndPoint(address, down), Bulk);
            await AssertUploadAsync(new IPEndPoint(address, up), Bulk);
        }
    }

    [Theory]
    [InlineData("socks4", "127.0.0.1")]
    [InlineData("socks4a", "localhost")]
    [InlineData("socks5", "127.0.0.1")]
    [InlineData("socks5h", "localhost")]
    [InlineData("socks5h", "[::1]")]
    public async Task DynamicForward_ServesCurl(string scheme, string host)
    {
        PeerRequired.Installed("curl");
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]);
        await using StreamServer http = StreamServer.Http(Bulk, Seed, host == "[::1]" ? new IPEndPoint(IPAddress.IPv6Loopback, 0) : null);
        using OpenSshClient client = new(gateway.Target, Identity);
        int port = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync("-D", $"127.0.0.1:{port}");

        Assert.Equal((SeededOctets.Digest(Seed, Bulk), Bulk), await Curl.GetAsync($"http://{host}:{http.Port}/", $"{scheme}://127.0.0.1:{port}"));
    }

    [Fact]
    public async Task StandardStreams_AreForwarded()
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]);
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = new(gateway.Target, Identity);
        byte[] octets = new byte[Bulk];
        new SeededOctets(Seed).Fill(octets);

        ProcessResult result = (await ProcessRunner.RunAsync(client.Command(["-W", $"127.0.0.1:{echo.Port}"]), octets, TimeSpan.FromMinutes(2))).Succeeded();
        Assert.True(octets.AsSpan().SequenceEqual(result.Output), "what came back differs from what was sent");
    }

    [Fact]
    public async Task Jump_OverTwoGateways()
    {
        await using AditGateway first = await AditGateway.StartAsync([Identity.PublicLine]);
        await using AditGateway second = await AditGateway.StartAsync([Identity.PublicLine]);
        await using StreamServer source = StreamServer.Source(Bulk, Seed);
        using OpenSshClient client = new(second.Target, Identity);
        // -J starts a second ssh, which reads the same file.
        await File.AppendAllTextAsync(client.KnownHostsFile, first.Target.KnownHosts);
        await File.AppendAllTextAsync(client.ConfigFile, $"    IdentityFile {Identity.PrivatePath}\n");
        int port = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync(
            "-J", $"{first.Target.User}@{first.Target.Host}:{first.Target.Port}", "-L", $"127.0.0.1:{port}:127.0.0.1:{source.Port}");

        // The ssh that -J starts says that it is ready too, and earlier.
        await Readiness.WaitForListenerAsync(Loopback(port), ssh);
        await AssertDownloadAsync(Loopback(port), Bulk);
        await first.WaitForLogAsync($"open 127.0.0.1:{second.Target.Port}");
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task UnixSockets_AreForwardedLocally(bool listenUnix, bool targetUnix)
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine], ["streamlocal: true"]);
        EndPoint target = targetUnix ? new UnixDomainSocketEndPoint(Folder["target"]) : Loopback(0);
        await using StreamServer source = StreamServer.Source(Bulk, Seed, target);
        EndPoint here = listenUnix ? new UnixDomainSocketEndPoint(Folder["here"]) : Loopback(Ports.Free());
        using OpenSshClient client = new(gateway.Target, Identity);
        await using PeerProcess ssh = await client.StartForwardingAsync("-L", $"{here}:{(targetUnix ? Folder["target"] : $"127.0.0.1:{source.Port}")}");

        await AssertDownloadAsync(here, Bulk);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task UnixSockets_AreForwardedRemotely(bool listenUnix, bool targetUnix)
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine], ["streamlocal: true"]);
        EndPoint target = targetUnix ? new UnixDomainSocketEndPoint(Folder["target"]) : Loopback(0);
        await using StreamServer source = StreamServer.Source(Bulk, Seed, target);
        EndPoint there = listenUnix ? new UnixDomainSocketEndPoint(Folder["there"]) : Loopback(Ports.Free());
        using OpenSshClient client = new(gateway.Target, Identity);
        await using (PeerProcess ssh = await client.StartForwardingAsync($"-R{there}:{(targetUnix ? Folder["target"] : $"127.0.0.1:{source.Port}")}"))
        {
            await AssertDownloadAsync(there, Bulk);
        }

        if (listenUnix) await EventuallyAsync(() => !File.Exists(Folder["there"]), TimeSpan.FromSeconds(10), () => "the socket file is still there");
    }

    [Fact]
    public async Task HalfClose_OfEitherSide_LeavesTheOtherDirection()
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]);
        // The sink answers only after the end of what it receives; the source ends its direction and goes on reading.
        await using StreamServer sink = StreamServer.Sink();
        await using StreamServer source = StreamServer.Source(Mebi, Seed);
        using OpenSshClient client = new(gateway.Target, Identity);
        (int up, int down) = (Ports.Free(), Ports.Free());
        await using PeerProcess ssh = await client.StartForwardingAsync("-L", $"127.0.0.1:{up}:127.0.0.1:{sink.Port}", "-L", $"127.0.0.1:{down}:127.0.0.1:{source.Port}");

        await AssertUploadAsync(Loopback(up), Mebi);
        await using NetworkStream stream = await StreamProbe.ConnectAsync(Loopback(down));
        Assert.Equal((SeededOctets.Digest(Seed, Mebi), Mebi), await StreamProbe.ReadToEndAsync(stream));
        await stream.WriteAsync(new byte[100_000]);
        stream.Socket.Shutdown(SocketShutdown.Send);
        await EventuallyAsync(() => source.Open == 0, TimeSpan.FromSeconds(10), () => "the destination's connection does not end");
    }

    [Fact]
    public async Task Compression_IsExact()
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]);
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = new(gateway.Target, Identity);
        int port = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync("-C", "-o", "RekeyLimit=4M", "-L", $"127.0.0.1:{port}:127.0.0.1:{echo.Port}");

        await AssertEchoAsync(Loopback(port), 16 * Mebi);
        Assert.Contains("compression: zlib@openssh.com", ssh.Errors.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PortZero_IsToldAndCancelled()
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]);
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = new(gateway.Target, Identity);
        string control = Folder["control"];
        await using PeerProcess master = await client.StartForwardingAsync("-M", "-S", control);

        string port = (await client.RunAsync(["-S", control, "-O", "forward", $"-R0:127.0.0.1:{echo.Port}"])).Succeeded().Text.Trim();
        await AssertEchoAsync(Loopback(int.Parse(port)));
        await using NetworkStream open = await StreamProbe.ConnectAsync(Loopback(int.Parse(port)));
        byte[] answer = new byte[5];
        // Its channel stands before the cancel: one that is only asked for may be refused by ssh.
        await open.WriteAsync("first"u8.ToArray());
        await open.ReadExactlyAsync(answer);
        (await client.RunAsync(["-S", control, "-O", "cancel", $"-R0:127.0.0.1:{echo.Port}"])).Succeeded();
        await EventuallyAsync(() => CanBind(int.Parse(port)), TimeSpan.FromSeconds(10), () => "the port is still bound after its cancel");
        await open.WriteAsync("still"u8.ToArray());
        await open.ReadExactlyAsync(answer);
        Assert.Equal("still"u8.ToArray(), answer);
    }

    [Fact]
    public async Task Command_IsRefusedWithALine()
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]);
        using OpenSshClient client = new(gateway.Target, Identity);

        ProcessResult result = await client.RunAsync([], "id");
        Assert.Equal((1, ""), (result.ExitCode, result.Text));
        Assert.Contains("forwards only", result.Errors, StringComparison.Ordinal);
    }
}
