using System.Net;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Gateway;

/// <summary>The other SSH clients through our gateway.</summary>
public sealed class OtherClientTests : GatewayTest
{
    private const long Length = 16 * Mebi;

    [Theory]
    [InlineData("-L", "127.0.0.1")]
    [InlineData("-R", "127.0.0.1")]
    [InlineData("-L", "::1")]
    public async Task Plink_Forwards(string direction, string address)
    {
        PeerRequired.Installed("plink", "puttygen");
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine], address: address);
        await using StreamServer echo = StreamServer.Echo();
        using Plink plink = await Plink.CreateAsync(gateway.Target, Identity);
        IPEndPoint local = Loopback(Ports.Free());
        await using PeerProcess process = await plink.StartForwardingAsync(direction, $"{local}:127.0.0.1:{echo.Port}");
        await Readiness.WaitForListenerAsync(local, process);

        await AssertEchoByPlinkAsync(local, Length);
    }

    [Theory]
    [InlineData("-L", "127.0.0.1")]
    [InlineData("-R", "127.0.0.1")]
    [InlineData("-L", "::1")]
    public async Task Dbclient_Forwards(string direction, string address)
    {
        PeerRequired.Installed("dbclient", "dropbearconvert");
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine], address: address);
        await using StreamServer echo = StreamServer.Echo();
        using DropbearClient client = await DropbearClient.CreateAsync(gateway.Target, Identity);
        IPEndPoint local = Loopback(Ports.Free());
        await using PeerProcess process = await client.StartForwardingAsync(direction, $"{local}:127.0.0.1:{echo.Port}");
        await Readiness.WaitForListenerAsync(local, process);

        await AssertEchoAsync(local, Length);
    }

    [Theory]
    [InlineData(PeerRequired.AsyncSsh, "asyncssh_client", "local", "127.0.0.1")]
    [InlineData(PeerRequired.AsyncSsh, "asyncssh_client", "remote", "::1")]
    [InlineData(PeerRequired.Paramiko, "paramiko_client", "local", "127.0.0.1")]
    [InlineData(PeerRequired.Paramiko, "paramiko_client", "remote", "127.0.0.1")]
    [InlineData(PeerRequired.Paramiko, "paramiko_client", "local", "::1")]
    public async Task PythonClient_Forwards(string module, string script, string direction, string address)
    {
        PeerRequired.Installed(module);
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine], address: address);
        await using StreamServer echo = StreamServer.Echo();
        await using PythonPeer client = await PythonPeer.StartClientAsync(script, gateway.Target, Identity, direction, "127.0.0.1", echo.Port);

        await AssertEchoAsync(Loopback(client.Port), Length);
    }

    [Theory]
    [InlineData("rsa", 3072)]
    [InlineData("ecdsa", 256)]
    [InlineData("ecdsa", 384)]
    [InlineData("ecdsa", 521)]
    public async Task UserKey_OfEveryType_LogsIn(string type, int bits)
    {
        SshKeyFile key = await SshKeyFile.GenerateAsync(Folder, "key", type, bits);
        await using AditGateway gateway = await AditGateway.StartAsync([key.PublicLine]);
        using OpenSshClient client = new(gateway.Target, key);

        Assert.Equal(1, (await client.RunAsync([], "id")).ExitCode);
    }
}
