using System.Diagnostics;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Client;

/// <summary>Lost connections: noticed, said, and with --reconnect made again with all their forwards.</summary>
public sealed class ReconnectTests(ClientFixture fixture) : IClassFixture<ClientFixture>
{
    private const long Length = 1 << 20;
    private const int Seed = 2;

    [Fact]
    public async Task ServerThatDies_IsComeBackTo_AndForwardsAreRestored()
    {
        PeerRequired.Installed("sshd", "ssh-keygen", "setpriv");
        OpenSshServer server = await fixture.StartServerAsync();
        using OpenSshClient client = fixture.Client(server.Target);
        await using StreamServer echo = StreamServer.Echo();
        (int here, int there) = (Ports.Free(), Ports.Free());
        await using PeerProcess ssh = await client.StartForwardingAsync("--reconnect", $"-L{here}:127.0.0.1:{echo.Port}", $"-R127.0.0.1:{there}:127.0.0.1:{echo.Port}");
        await AssertEchoAsync(here);

        await server.DisposeAsync(); // with its children: kill -9 of the server's side
        await ssh.WaitForErrorLineAsync(l => l.StartsWith("Connection lost (", StringComparison.Ordinal), "that it is lost");
        Task held = AssertEchoAsync(here); // the listener stands, and waits
        await using OpenSshServer again = await fixture.StartServerAsync(port: server.Target.Port, hostKeys: fixture.Server.HostKeys);
        await File.WriteAllTextAsync(client.KnownHostsFile, again.Target.KnownHosts);
        await ssh.WaitForErrorLineAsync(l => l == "Connected again; forwards restored.", "that it is back");
        await held;
        await AssertEchoAsync(here);
        await AssertEchoAsync(there);
    }

    [Fact]
    public async Task ChangedHostKey_EndsReconnecting()
    {
        PeerRequired.Installed("sshd", "ssh-keygen", "setpriv");
        OpenSshServer server = await fixture.StartServerAsync();
        using OpenSshClient client = fixture.Client(server.Target);
        await using PeerProcess ssh = await client.StartForwardingAsync("--reconnect", $"-L{Ports.Free()}:127.0.0.1:1");
        await server.DisposeAsync();
        await using OpenSshServer impostor = await fixture.StartServerAsync(port: server.Target.Port);

        Assert.Equal(255, await ssh.WaitForExitAsync());
        Assert.Contains("REMOTE HOST IDENTIFICATION HAS CHANGED!", ssh.Errors.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SilentPath_IsNoticedWithinTheBound_AndReleasesPorts()
    {
        PeerRequired.Installed("nft", "sshd", "ssh-keygen", PeerRequired.Root);
        await using OpenSshServer server = await fixture.StartServerAsync();
        using OpenSshClient client = fixture.Client(server.Target);
        await using StreamServer source = StreamServer.Source(1L << 40, Seed);
        int port = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync("-o", "ServerAliveInterval=1", "-o", "ServerAliveCountMax=2", $"-L{port}:127.0.0.1:{source.Port}");
        await using System.Net.Sockets.NetworkStream stream = await StreamProbe.ConnectAsync(ClientFixture.Loopback(port));
        await stream.ReadExactlyAsync(new byte[1 << 20]);
        await using NftDrop drop = await NftDrop.StartAsync(server.Target.Port);
        long began = Stopwatch.GetTimestamp();

        Assert.Equal(255, await ssh.WaitForExitAsync());
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 8);
        Assert.Contains("Timeout, server 127.0.0.1 not responding.", ssh.Errors.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KilledServer_InTheMiddleOfATransfer_EndsItAtOnce()
    {
        PeerRequired.Installed("sshd", "ssh-keygen", "setpriv");
        OpenSshServer server = await fixture.StartServerAsync();
        using OpenSshClient client = fixture.Client(server.Target);
        await using StreamServer source = StreamServer.Source(1L << 40, Seed);
        int port = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync($"-L{port}:127.0.0.1:{source.Port}");
        await using System.Net.Sockets.NetworkStream stream = await StreamProbe.ConnectAsync(ClientFixture.Loopback(port));
        await stream.ReadExactlyAsync(new byte[1 << 20]);
        await server.DisposeAsync();

        Assert.Equal(255, await ssh.WaitForExitAsync());
        await Assert.ThrowsAnyAsync<IOException>(async () => await stream.CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task Reconnecting_ACommand_IsRefused()
    {
        using OpenSshClient client = fixture.Client();
        ProcessResult result = await client.RunAsync(["--reconnect"], "true");
        Assert.Equal((255, "adit ssh: --reconnect: expected tunnels only (-N), since a command cannot be taken up again"), (result.ExitCode, result.Errors));
    }

    private static async Task AssertEchoAsync(int port) =>
        Assert.Equal((SeededOctets.Digest(Seed, Length), Length), await StreamProbe.EchoAsync(ClientFixture.Loopback(port), Length, Seed));
}
