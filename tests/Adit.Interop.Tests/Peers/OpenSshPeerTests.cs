using System.Net;
using System.Net.Sockets;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Peers;

/// <summary>The fixtures, peer against peer: what fails here is theirs, not ours.</summary>
public sealed class OpenSshPeerTests : IAsyncLifetime
{
    private const long Length = 1 << 20;
    private const int Seed = 7;
    private readonly PeerFolder _folder = new("test");
    private SshKeyFile _identity = null!;

    public async ValueTask InitializeAsync()
    {
        PeerRequired.Installed("sshd", "ssh", "ssh-keygen", "setpriv");
        _identity = await SshKeyFile.GenerateAsync(_folder, "identity");
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task LocalForward_CarriesBothDirections(string address)
    {
        await using OpenSshServer server = await StartServerAsync(address);
        await using StreamServer source = StreamServer.Source(Length, Seed);
        await using StreamServer sink = StreamServer.Sink(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        using OpenSshClient client = new(server.Target, _identity);
        (int down, int up) = (Ports.Free(), Ports.Free());
        await using PeerProcess ssh = await client.StartForwardingAsync(
            "-L", $"127.0.0.1:{down}:127.0.0.1:{source.Port}", "-L", $"[::1]:{up}:[::1]:{sink.Port}");

        Assert.Equal((SeededOctets.Digest(Seed, Length), Length), await StreamProbe.DownloadAsync(new IPEndPoint(IPAddress.Loopback, down)));
        Assert.Equal(StreamProbe.ExpectedAnswer(Length, Seed), await StreamProbe.UploadAsync(new IPEndPoint(IPAddress.IPv6Loopback, up), Length, Seed));
    }

    [Fact]
    public async Task RemoteForward_CarriesAnEcho()
    {
        await using OpenSshServer server = await StartServerAsync();
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = new(server.Target, _identity);
        int port = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync($"-R127.0.0.1:{port}:127.0.0.1:{echo.Port}");

        Assert.Equal((SeededOctets.Digest(Seed, Length), Length), await StreamProbe.EchoAsync(new IPEndPoint(IPAddress.Loopback, port), Length, Seed));
    }

    [Fact]
    public async Task DynamicForward_ServesCurl()
    {
        PeerRequired.Installed("curl");
        await using OpenSshServer server = await StartServerAsync();
        await using StreamServer http = StreamServer.Http(Length, Seed);
        using OpenSshClient client = new(server.Target, _identity);
        int port = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync("-D", $"127.0.0.1:{port}");

        (string, long) body = await Curl.GetAsync($"http://127.0.0.1:{http.Port}/", $"socks5h://127.0.0.1:{port}");
        Assert.Equal((SeededOctets.Digest(Seed, Length), Length), body);
    }

    [Fact]
    public async Task UnixSockets_AreForwarded()
    {
        await using OpenSshServer server = await StartServerAsync();
        await using StreamServer echo = StreamServer.Echo(new UnixDomainSocketEndPoint(_folder["echo"]));
        using OpenSshClient client = new(server.Target, _identity);
        await using PeerProcess ssh = await client.StartForwardingAsync("-L", $"{_folder["here"]}:{_folder["echo"]}");

        (string, long) back = await StreamProbe.EchoAsync(new UnixDomainSocketEndPoint(_folder["here"]), Length, Seed);
        Assert.Equal((SeededOctets.Digest(Seed, Length), Length), back);
    }

    [Fact]
    public async Task Agent_LogsIn()
    {
        PeerRequired.Installed("ssh-agent", "ssh-add");
        await using OpenSshServer server = await StartServerAsync();
        await using SshAgent agent = await SshAgent.StartAsync(_identity);
        using OpenSshClient client = new(server.Target, identity: null)
        {
            Environment = new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = agent.SocketPath, ["HOME"] = _folder.Path },
        };

        ProcessResult result = (await client.RunAsync(["-v"], "echo", "hello")).Succeeded();
        Assert.Equal("hello\n", result.Text);
        Assert.Contains("agent", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownKey_IsRefused()
    {
        await using OpenSshServer server = await StartServerAsync();
        using OpenSshClient client = new(server.Target, await SshKeyFile.GenerateAsync(_folder, "stranger"));

        ProcessResult result = await client.RunAsync([], "true");
        Assert.Equal(255, result.ExitCode);
        Assert.Contains("Permission denied (publickey)", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SilentPath_IsNoticedByKeepalives()
    {
        PeerRequired.Installed("nft", PeerRequired.Root);
        await using OpenSshServer server = await StartServerAsync();
        using OpenSshClient client = new(server.Target, _identity);
        await using PeerProcess ssh = await client.StartForwardingAsync("-o", "ServerAliveInterval=1", "-o", "ServerAliveCountMax=2");
        await using NftDrop drop = await NftDrop.StartAsync(server.Target.Port);

        Assert.Equal(255, await ssh.WaitForExitAsync());
        Assert.Contains("Timeout, server", ssh.Errors.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Namespaces_ReachEachOther()
    {
        PeerRequired.Installed("ip", PeerRequired.Root);
        (NetworkNamespace left, NetworkNamespace right) = await NetworkNamespace.CreatePairAsync();
        await using NetworkNamespace first = left;
        await using NetworkNamespace second = right;
        foreach (string address in new[] { right.Address4, right.Address6 })
        {
            await using OpenSshServer server = await OpenSshServer.StartAsync(
                new OpenSshServerOptions { AuthorizedKeys = [_identity.PublicLine], Address = address, Namespace = right.Name });
            using OpenSshClient client = new(server.Target, _identity);

            ProcessResult result = (await ProcessRunner.RunAsync(client.Command([], "echo", "$SSH_CLIENT") with { Namespace = left.Name })).Succeeded();
            Assert.StartsWith(address == right.Address4 ? left.Address4 : left.Address6, result.Text, StringComparison.Ordinal);
        }
    }

    private Task<OpenSshServer> StartServerAsync(string address = "127.0.0.1") =>
        OpenSshServer.StartAsync(new OpenSshServerOptions { AuthorizedKeys = [_identity.PublicLine], Address = address });
}
