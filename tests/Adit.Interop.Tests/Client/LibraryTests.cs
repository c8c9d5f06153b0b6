using System.Net.Sockets;
using Adit.Core;
using Adit.Ssh.Client;
using Adit.Ssh.Forwarding;
using Adit.Ssh.Keys;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Client;

/// <summary>The library by itself, as the samples use it, to OpenSSH's sshd.</summary>
public sealed class LibraryTests(ClientFixture fixture) : IClassFixture<ClientFixture>
{
    private const int Seed = 6;
    private const long Length = 1 << 20;

    [Fact]
    public async Task RemoteForward_IsCancelled_WhileTheSessionGoesOn()
    {
        await using SshClient ssh = await ConnectAsync();
        await using StreamServer echo = StreamServer.Echo();
        Forwarder first = await ssh.ForwardRemoteAsync("127.0.0.1:0", $"127.0.0.1:{echo.Port}");
        await using Forwarder second = await ssh.ForwardRemoteAsync("127.0.0.1:0", $"127.0.0.1:{echo.Port}");
        (int cancelled, int kept) = (((TcpDestination)first.BoundAt).Port, ((TcpDestination)second.BoundAt).Port);
        await AssertEchoAsync(cancelled);

        await first.DisposeAsync();

        await Assert.ThrowsAnyAsync<SocketException>(() => StreamProbe.ConnectAsync(ClientFixture.Loopback(cancelled)));
        await AssertEchoAsync(kept);
        Assert.True(await ssh.Connection.ProbeAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task HttpClient_ConnectsThroughTheServer()
    {
        await using SshClient ssh = await ConnectAsync();
        await using StreamServer web = StreamServer.Http(Length, Seed);
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (context, token) => await ssh.DialAsync(new DialRequest(new TcpDestination(context.DnsEndPoint.Host, context.DnsEndPoint.Port)), token),
        });

        byte[] body = await http.GetByteArrayAsync(new Uri($"http://localhost:{web.Port}/"));

        Assert.Equal(SeededOctets.Digest(Seed, Length), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(body)));
    }

    [Fact]
    public async Task Command_GivesOutputAndStatus()
    {
        await using SshClient ssh = await ConnectAsync();

        SshCommandResult result = await ssh.ExecuteAsync("echo out; echo err >&2; exit 7");

        Assert.Equal("out\n", System.Text.Encoding.UTF8.GetString(result.Output));
        Assert.Equal("err\n", System.Text.Encoding.UTF8.GetString(result.Error));
        Assert.Equal(7u, result.Exit.Status);
    }

    [Fact]
    public async Task UnknownHost_IsRefusedWithItsCode()
    {
        PeerRequired.Installed("sshd", "ssh-keygen", "setpriv");
        SshTarget target = fixture.Server.Target;
        using SshPrivateKey key = SshPrivateKey.Load(fixture.Identity.PrivatePath);
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(() => SshClient.ConnectAsync(new SshClientOptions
        {
            Host = target.Host,
            Port = target.Port,
            User = target.User,
            Identities = [key],
            HostKeys = new KnownHostsPolicy(KnownHosts.FromLines([], "none")),
        }));
        Assert.Equal(TunnelError.HostKeyUnknown, e.Error);
    }

    private static async Task AssertEchoAsync(int port) =>
        Assert.Equal((SeededOctets.Digest(Seed, Length), Length), await StreamProbe.EchoAsync(ClientFixture.Loopback(port), Length, Seed));

    private async Task<SshClient> ConnectAsync()
    {
        PeerRequired.Installed("sshd", "ssh-keygen", "setpriv");
        SshTarget target = fixture.Server.Target;
        return await SshClient.ConnectAsync(new SshClientOptions
        {
            Host = target.Host,
            Port = target.Port,
            User = target.User,
            Identities = [SshPrivateKey.Load(fixture.Identity.PrivatePath)],
            HostKeys = new KnownHostsPolicy(KnownHosts.FromLines(target.KnownHosts.Split('\n'), "the fixture's")),
        });
    }
}
