using System.Net;
using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.HttpCarriers;

/// <summary>WebSocket of others: websockify in front of sshd for our client, python's websockets as a client of our gateway.</summary>
public sealed class OtherWebSocketTests : HttpCarrierTest
{
    [Fact]
    public async Task OurClient_MeetsWebsockify_InFrontOfSshd()
    {
        Need("websockify", "sshd");
        using PeerFolder folder = new("websockify");
        SshKeyFile identity = await SshKeyFile.GenerateAsync(folder, "identity");
        await using OpenSshServer sshd = await OpenSshServer.StartAsync(new OpenSshServerOptions { AuthorizedKeys = [identity.PublicLine] });
        int port = Ports.Free();
        await using PeerProcess websockify = await PeerProcess.StartAsync("websockify", $"127.0.0.1:{port}", $"127.0.0.1:{sshd.Target.Port}");
        await Readiness.WaitForListenerAsync(Loopback(port), websockify);
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = new(sshd.Target, identity) { Program = AditProgram.ExecutablePath, Verb = ["ssh"], Environment = new Dictionary<string, string?> { ["HOME"] = folder.Path, ["SSH_AUTH_SOCK"] = null } };
        int here = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync("--via", $"ws://127.0.0.1:{port}/websockify?proxy=none", "-L", $"127.0.0.1:{here}:127.0.0.1:{echo.Port}");
        await GatewayTest.AssertEchoAsync(Loopback(here), 16 << 20);
    }

    [Theory]
    [InlineData("ws")]
    [InlineData("wss")]
    public async Task OurGateway_MeetsPythonsWebSockets_UnderSsh(string scheme)
    {
        Need(PeerRequired.WebSockets);
        await using HttpGateway gateway = await HttpGateway.StartAsync();
        await using StreamServer echo = StreamServer.Echo();
        string script = Path.Combine(AppContext.BaseDirectory, "Peers", "websocket_client.py");
        string url = $"{scheme}://127.0.0.1:{(scheme == "ws" ? gateway.HttpPort : gateway.HttpsPort)}/t";
        using OpenSshClient client = new(gateway.Target, gateway.Identity);
        int here = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync("-o", $"ProxyCommand=/usr/bin/python3 -u {script} {url}", "-L", $"127.0.0.1:{here}:127.0.0.1:{echo.Port}");
        await GatewayTest.AssertEchoAsync(new IPEndPoint(IPAddress.Loopback, here), 16 << 20);
    }
}
