using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Client;

/// <summary>"adit ssh" to servers other than OpenSSH's: connect, forward both ways, 16 MiB exact.</summary>
public sealed class OtherServerTests(ClientFixture fixture) : IClassFixture<ClientFixture>
{
    private const long Length = 16 << 20;
    private const int Seed = 9;

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Dropbear_Forwards(string address)
    {
        PeerRequired.Installed("dropbear", "dropbearkey", "sshd", "ssh-keygen", PeerRequired.Root);
        await using DropbearServer server = await DropbearServer.StartAsync([fixture.Identity.PublicLine], address);
        await ForwardBothWaysAsync(server.Target);
    }

    [Theory]
    [InlineData(PeerRequired.AsyncSsh, "asyncssh_server", "127.0.0.1")]
    [InlineData(PeerRequired.AsyncSsh, "asyncssh_server", "::1")]
    [InlineData(PeerRequired.Paramiko, "paramiko_server", "127.0.0.1")]
    public async Task PythonServer_Forwards(string module, string script, string address)
    {
        PeerRequired.Installed(module, "sshd", "ssh-keygen");
        (PythonPeer server, SshTarget target) = await PythonPeer.StartServerAsync(script, [fixture.Identity.PublicLine], address);
        await using PythonPeer running = server;
        await ForwardBothWaysAsync(target);
    }

    private async Task ForwardBothWaysAsync(SshTarget target)
    {
        using OpenSshClient client = fixture.Client(target);
        await using StreamServer echo = StreamServer.Echo();
        (int here, int there) = (Ports.Free(), Ports.Free());
        await using PeerProcess ssh = await client.StartForwardingAsync("-L", $"{here}:127.0.0.1:{echo.Port}", $"-R127.0.0.1:{there}:127.0.0.1:{echo.Port}");
        foreach (int port in new[] { here, there })
        {
            Assert.Equal((SeededOctets.Digest(Seed, Length), Length), await StreamProbe.EchoAsync(ClientFixture.Loopback(port), Length, Seed));
        }
    }
}
