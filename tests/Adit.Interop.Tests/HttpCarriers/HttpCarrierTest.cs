using System.Net;
using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.HttpCarriers;

/// <summary>What these tests share: 32 MiB both ways at once over a carrier, half-closed channels, and which rung was taken.</summary>
public abstract class HttpCarrierTest
{
    private protected const long Bulk = 32 << 20;

    /// <summary>Forwards through a hop and moves octets.</summary>
    /// <param name="gateway">Whose client it is.</param>
    /// <param name="hop">The hop.</param>
    /// <param name="rung">The rung that it must take.</param>
    /// <param name="proxies">The environment's proxies.</param>
    private protected static Task CarryAsync(HttpGateway gateway, string hop, int rung, params (string Name, string Value)[] proxies) => CarryAsync(gateway, hop, rung, Bulk, proxies);

    /// <inheritdoc cref="CarryAsync(HttpGateway, string, int, ValueTuple{string, string}[])"/>
    private protected static async Task CarryAsync(HttpGateway gateway, string hop, int rung, long length, params (string Name, string Value)[] proxies)
    {
        await using StreamServer echo = StreamServer.Echo();
        await using StreamServer sink = StreamServer.Sink();
        await using StreamServer source = StreamServer.Source(length, GatewayTest.Seed);
        using OpenSshClient client = gateway.Client(proxies);
        (int both, int up, int down) = (Ports.Free(), Ports.Free(), Ports.Free());
        await using PeerProcess ssh = await client.StartForwardingAsync(
            "--via", hop, "-L", $"127.0.0.1:{both}:127.0.0.1:{echo.Port}", "-L", $"127.0.0.1:{up}:127.0.0.1:{sink.Port}", "-L", $"127.0.0.1:{down}:127.0.0.1:{source.Port}");
        await ssh.WaitForErrorLineAsync(l => l.Contains($"rung {rung} (", StringComparison.Ordinal) && l.Contains(" taken", StringComparison.Ordinal), $"word that rung {rung} was taken");
        await GatewayTest.AssertEchoAsync(Loopback(both), length);
        await GatewayTest.AssertUploadAsync(Loopback(up), length);
        await GatewayTest.AssertDownloadAsync(Loopback(down), length);
        await ssh.SignalAsync("TERM");
        await ssh.WaitForExitAsync();
    }

    private protected static void Need(params string[] programs) => PeerRequired.Installed([.. programs, "ssh", "ssh-keygen", "setpriv"]);

    private protected static IPEndPoint Loopback(int port) => new(IPAddress.Loopback, port);

    private protected static async Task<OpenSslCertificate> CertificateAsync(HttpGateway gateway)
    {
        PeerRequired.Installed("openssl");
        return await OpenSslCertificate.MakeAsync(gateway.Folder, "localhost");
    }
}
