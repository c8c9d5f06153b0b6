using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.HttpCarriers;

/// <summary>What stands in the way: squid, nginx, haproxy. docs/HTTP-CARRIERS.md has the table that these prove.</summary>
public sealed class MiddleboxTests : HttpCarrierTest
{
    [Theory]
    [InlineData("", 3)] // squid tells WebSocket off, and the ladder goes on
    [InlineData("?rung=3", 3)]
    [InlineData("?rung=4", 4)]
    public async Task Squid_ForPlainHttpAlone(string query, int rung)
    {
        Need("squid", PeerRequired.Root);
        await using HttpGateway gateway = await HttpGateway.StartAsync();
        await using Squid squid = await Squid.StartAsync(new SquidOptions { ConnectPorts = [] });
        await CarryAsync(gateway, $"http://127.0.0.1:{gateway.HttpPort}/t{query}", rung, ("http_proxy", $"http://127.0.0.1:{squid.Port}"));
        Assert.Contains("POST http://127.0.0.1", squid.AccessLog, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Squid_WithAPassword()
    {
        Need("squid", "openssl", PeerRequired.Root);
        await using HttpGateway gateway = await HttpGateway.StartAsync();
        await using Squid squid = await Squid.StartAsync(new SquidOptions { Users = new Dictionary<string, string> { ["ada"] = "p w" }, OffersDigest = false });
        string hop = $"http://127.0.0.1:{gateway.HttpPort}/t";
        await CarryAsync(gateway, $"{hop}?rung=3", 3, ("http_proxy", $"http://ada:p%20w@127.0.0.1:{squid.Port}"));
        await CarryAsync(gateway, $"ws://127.0.0.1:{gateway.HttpPort}/t?proxy=http://ada:p%2520w@127.0.0.1:{squid.Port}", 2);
        using OpenSshClient nobody = gateway.Client(("http_proxy", $"http://127.0.0.1:{squid.Port}"));
        ProcessResult refused = await nobody.RunAsync(["-N", "--via", hop]);
        Assert.Equal(255, refused.ExitCode);
        Assert.Contains("407", refused.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wss", 1)]
    [InlineData("ws", 2)]
    [InlineData("https", 1)]
    public async Task Squid_ThroughConnect(string scheme, int rung)
    {
        Need("squid", PeerRequired.Root);
        await using HttpGateway gateway = await HttpGateway.StartAsync();
        await using Squid squid = await Squid.StartAsync();
        bool secure = scheme != "ws";
        string hop = $"{scheme}://127.0.0.1:{(secure ? gateway.HttpsPort : gateway.HttpPort)}/t{(secure ? $"?pin={gateway.Pin}" : "")}";
        await CarryAsync(gateway, hop, rung, (secure ? "https_proxy" : "http_proxy", $"http://127.0.0.1:{squid.Port}"));
        Assert.Contains("CONNECT 127.0.0.1:", squid.AccessLog, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 2)]
    [InlineData("?rung=4", 4)]
    public async Task Nginx_ThatUpgradesAndStreams(string query, int rung)
    {
        Need("nginx", PeerRequired.Root);
        await using HttpGateway gateway = await HttpGateway.StartAsync();
        await using Nginx nginx = await Nginx.StartAsync($"http://127.0.0.1:{gateway.HttpPort}", Nginx.Upgrades + Nginx.Streams);
        await CarryAsync(gateway, $"http://127.0.0.1:{nginx.Port}/t{query}", rung);
    }

    [Fact]
    public async Task Nginx_OverTls_DescendsFromExtendedConnect()
    {
        Need("nginx", PeerRequired.Root);
        await using HttpGateway gateway = await HttpGateway.StartAsync();
        OpenSslCertificate certificate = await CertificateAsync(gateway);
        await using Nginx nginx = await Nginx.StartAsync($"https://127.0.0.1:{gateway.HttpsPort}", Nginx.Upgrades + Nginx.Streams, certificate);
        await CarryAsync(gateway, $"https://localhost:{nginx.Port}/t?ca={certificate.CertificateFile}", 2);
    }

    [Fact]
    public async Task Nginx_ThatOnlyStreams_TakesTheBodies()
    {
        Need("nginx", PeerRequired.Root);
        await using HttpGateway gateway = await HttpGateway.StartAsync();
        await using Nginx nginx = await Nginx.StartAsync($"http://127.0.0.1:{gateway.HttpPort}", Nginx.Streams);
        using OpenSshClient client = gateway.Client();
        ProcessResult result = await client.RunAsync(["-v", "-W", $"127.0.0.1:{gateway.HttpPort}", "--via", $"http://127.0.0.1:{nginx.Port}/t"]);
        Assert.Contains("rung 4 (GET and POST) taken; 2 (WebSocket): response: expected 101, got 404", result.Errors, StringComparison.Ordinal);
        Assert.Contains("3 (duplex POST): expected a proxy that takes a request while it answers, got nginx", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("h2", 1)]
    [InlineData("http/1.1", 1)]
    public async Task HaProxy_KnowsExtendedConnect(string behind, int rung)
    {
        Need("haproxy");
        await using HttpGateway gateway = await HttpGateway.StartAsync("127.0.0.1", "--trusted-proxies", "127.0.0.0/8");
        OpenSslCertificate certificate = await CertificateAsync(gateway);
        await using HaProxyFront haproxy = await HaProxyFront.StartAsync(certificate, $"127.0.0.1:{gateway.HttpsPort}", behind, "send-proxy-v2");
        await CarryAsync(gateway, $"https://localhost:{haproxy.Port}/t?ca={certificate.CertificateFile}", rung);
        await CarryAsync(gateway, $"https://localhost:{haproxy.Port}/t?rung=3&pin={certificate.Pin}", 3);
    }

    [Fact]
    public async Task ProxyThatDies_EndsTheSessionCleanly()
    {
        Need("squid", PeerRequired.Root);
        await using HttpGateway gateway = await HttpGateway.StartAsync();
        Squid squid = await Squid.StartAsync();
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = gateway.Client(("http_proxy", $"http://127.0.0.1:{squid.Port}"));
        int port = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync("--via", $"http://127.0.0.1:{gateway.HttpPort}/t?rung=3&resume=no", "-L", $"127.0.0.1:{port}:127.0.0.1:{echo.Port}");
        await GatewayTest.AssertEchoAsync(Loopback(port));
        await squid.DisposeAsync();
        Assert.Equal(255, await ssh.WaitForExitAsync());
        Assert.DoesNotContain("   at ", ssh.Errors.Text, StringComparison.Ordinal);
        await gateway.Process.WaitForErrorLineAsync(l => l.Contains("ended after", StringComparison.Ordinal), "word that the session ended");
    }
}
