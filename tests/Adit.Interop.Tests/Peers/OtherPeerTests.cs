using System.Net;
using System.Security.Cryptography;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Peers;

/// <summary>The fixtures of the other SSH implementations, and of samba, against OpenSSH or themselves.</summary>
public sealed class OtherPeerTests : IAsyncLifetime
{
    private const long Length = 1 << 20;
    private const int Seed = 11;
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

    [Fact]
    public async Task Plink_ForwardsThroughSshd()
    {
        PeerRequired.Installed("plink", "puttygen");
        await using OpenSshServer server = await StartServerAsync();
        await using StreamServer echo = StreamServer.Echo();
        using Plink plink = await Plink.CreateAsync(server.Target, _identity);
        IPEndPoint local = new(IPAddress.Loopback, Ports.Free());
        await using PeerProcess process = await plink.StartForwardingAsync("-L", $"{local}:127.0.0.1:{echo.Port}");
        await Readiness.WaitForListenerAsync(local, process);

        // Without half-close: plink drops what it has not written yet when a channel closes.
        Assert.Equal((SeededOctets.Digest(Seed, Length), Length), await StreamProbe.EchoOpenAsync(local, Length, Seed));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Dbclient_ForwardsThroughDropbear(string address)
    {
        PeerRequired.Installed("dropbear", "dbclient", "dropbearkey", "dropbearconvert", PeerRequired.Root);
        await using DropbearServer server = await DropbearServer.StartAsync([_identity.PublicLine], address);
        await using StreamServer echo = StreamServer.Echo();
        using DropbearClient client = await DropbearClient.CreateAsync(server.Target, _identity);
        IPEndPoint local = new(IPAddress.Loopback, Ports.Free());
        await using PeerProcess process = await client.StartForwardingAsync("-L", $"{local}:127.0.0.1:{echo.Port}");
        await Readiness.WaitForListenerAsync(local, process);

        await AssertEchoAsync(local);
    }

    [Theory]
    [InlineData(PeerRequired.AsyncSsh, "asyncssh_client", "local")]
    [InlineData(PeerRequired.AsyncSsh, "asyncssh_client", "remote")]
    [InlineData(PeerRequired.Paramiko, "paramiko_client", "local")]
    [InlineData(PeerRequired.Paramiko, "paramiko_client", "remote")]
    public async Task PythonClient_ForwardsThroughSshd(string module, string script, string direction)
    {
        PeerRequired.Installed(module);
        await using OpenSshServer server = await StartServerAsync();
        await using StreamServer echo = StreamServer.Echo();
        await using PythonPeer client = await PythonPeer.StartClientAsync(script, server.Target, _identity, direction, "127.0.0.1", echo.Port);

        await AssertEchoAsync(new IPEndPoint(IPAddress.Loopback, client.Port));
    }

    [Theory]
    [InlineData(PeerRequired.AsyncSsh, "asyncssh_server", "-L")]
    [InlineData(PeerRequired.AsyncSsh, "asyncssh_server", "-R")]
    [InlineData(PeerRequired.Paramiko, "paramiko_server", "-L")]
    [InlineData(PeerRequired.Paramiko, "paramiko_server", "-R")]
    public async Task PythonServer_ForwardsForSsh(string module, string script, string option)
    {
        PeerRequired.Installed(module);
        (PythonPeer server, SshTarget target) = await PythonPeer.StartServerAsync(script, [_identity.PublicLine]);
        await using PythonPeer running = server;
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = new(target, _identity);
        int port = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync($"{option}127.0.0.1:{port}:127.0.0.1:{echo.Port}");

        await AssertEchoAsync(new IPEndPoint(IPAddress.Loopback, port));
    }

    [Fact]
    public async Task Smbclient_CopiesFromSamba()
    {
        PeerRequired.Installed("smbd", "smbclient", "smbpasswd", PeerRequired.Root);
        await using SambaShare share = await SambaShare.StartAsync();
        byte[] content = new byte[Length];
        new SeededOctets(Seed).Fill(content);
        await File.WriteAllBytesAsync(Path.Combine(share.Files, "blob"), content);

        string listing = (await SambaShare.ClientAsync("127.0.0.1", share.EndPoint.Port, _folder.Path, "ls")).Succeeded().Text;
        Assert.Contains("blob", listing, StringComparison.Ordinal);
        (await SambaShare.ClientAsync("127.0.0.1", share.EndPoint.Port, _folder.Path, "get blob copy")).Succeeded();
        Assert.Equal(SHA256.HashData(content), SHA256.HashData(await File.ReadAllBytesAsync(_folder["copy"])));
    }

    private static async Task AssertEchoAsync(IPEndPoint endPoint) =>
        Assert.Equal((SeededOctets.Digest(Seed, Length), Length), await StreamProbe.EchoAsync(endPoint, Length, Seed));

    private Task<OpenSshServer> StartServerAsync() =>
        OpenSshServer.StartAsync(new OpenSshServerOptions { AuthorizedKeys = [_identity.PublicLine] });
}
