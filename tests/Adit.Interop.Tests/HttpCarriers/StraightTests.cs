using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.HttpCarriers;

/// <summary>Nothing in between: every rung, both families, strangers.</summary>
public sealed class StraightTests : HttpCarrierTest
{
    [Theory]
    [InlineData("http", "", 2)]
    [InlineData("http", "rung=3", 3)]
    [InlineData("http", "rung=4", 4)]
    [InlineData("https", "", 1)]
    [InlineData("https", "rung=2", 2)]
    [InlineData("https", "rung=3", 3)]
    [InlineData("https", "rung=4", 4)]
    [InlineData("http", "resume=no", 2)]
    [InlineData("https", "rung=3&resume=no", 3)]
    [InlineData("ws", "", 2)]
    [InlineData("wss", "", 1)]
    public async Task EveryRung_CarriesBothWaysAtOnce(string scheme, string query, int rung)
    {
        Need();
        await using HttpGateway gateway = await HttpGateway.StartAsync();
        bool secure = scheme is "https" or "wss";
        string[] queries = [.. (secure ? new[] { $"pin={gateway.Pin}" } : []).Concat(query.Length > 0 ? [query] : [])];
        await CarryAsync(gateway, $"{scheme}://127.0.0.1:{(secure ? gateway.HttpsPort : gateway.HttpPort)}/t{(queries.Length > 0 ? "?" + string.Join('&', queries) : "")}", rung);
    }

    [Fact]
    public async Task Ipv6_IsCarriedToo()
    {
        Need();
        await using HttpGateway gateway = await HttpGateway.StartAsync("::1");
        await CarryAsync(gateway, $"http://[::1]:{gateway.HttpPort}/t?rung=3", 3);
        await CarryAsync(gateway, $"https://[::1]:{gateway.HttpsPort}/t?pin={gateway.Pin}", 1);
    }

    [Fact]
    public async Task Stranger_GetsAnOrdinary404_OrAPage()
    {
        Need("curl");
        using PeerFolder folder = new("page");
        folder.Write("index.html", "<h1>Nothing to see</h1>");
        folder.Write(".secret", "no");
        await using HttpGateway plain = await HttpGateway.StartAsync();
        await using HttpGateway paged = await HttpGateway.StartAsync("127.0.0.1", "--static", folder.Path);
        foreach (string[] request in new string[][] { [""], ["t"], ["t/x"], ["t", "-X", "POST", "-d", "x"], ["t/0123456789abcdef0123456789abcdef"], ["../etc/passwd", "--path-as-is"] })
        {
            ProcessResult answer = await CurlAsync([$"http://127.0.0.1:{plain.HttpPort}/{request[0]}", .. request[1..]]);
            Assert.StartsWith("HTTP/1.1 404 Not Found\r\n", answer.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("Server:", answer.Text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("adit", answer.Text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("kestrel", answer.Text, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Contains("<h1>Nothing to see</h1>", (await CurlAsync($"http://127.0.0.1:{paged.HttpPort}/")).Text, StringComparison.Ordinal);
        Assert.Contains("<h1>Nothing to see</h1>", (await CurlAsync("-k", $"https://127.0.0.1:{paged.HttpsPort}/index.html")).Text, StringComparison.Ordinal);
        foreach (string hidden in new[] { ".secret", "%2e%2e/identity", "..%2fidentity", "x" })
        {
            Assert.StartsWith("HTTP/1.1 404", (await CurlAsync("--path-as-is", $"http://127.0.0.1:{paged.HttpPort}/{hidden}")).Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task WrongPin_AndNoPin_AreRefusedByName()
    {
        Need();
        await using HttpGateway gateway = await HttpGateway.StartAsync();
        using OpenSshClient client = gateway.Client();
        ProcessResult none = await client.RunAsync(["-N", "--via", $"https://127.0.0.1:{gateway.HttpsPort}/t"]);
        Assert.Equal(255, none.ExitCode);
        Assert.Contains($"pin {gateway.Pin}", none.Errors, StringComparison.Ordinal);
        ProcessResult wrong = await client.RunAsync(["-N", "--via", $"https://127.0.0.1:{gateway.HttpsPort}/t?pin=sha256:{new string('A', 43)}"]);
        Assert.Contains($"got {gateway.Pin}", wrong.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("rung", wrong.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongPath_SaysWhyEachRungDoesNotPass()
    {
        Need();
        await using HttpGateway gateway = await HttpGateway.StartAsync();
        using OpenSshClient client = gateway.Client();
        ProcessResult result = await client.RunAsync(["-N", "--via", $"http://127.0.0.1:{gateway.HttpPort}/wrong"]);
        Assert.Equal(255, result.ExitCode);
        Assert.Contains("no way of HTTP leads there: 2 (WebSocket): response: expected 101, got 404 Not Found; 3 (duplex POST): response: expected 200, got 404", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ManyCarriers_AtOnce()
    {
        Need();
        // As many logins at once as there are carriers: the default would turn some of them away.
        using PeerFolder folder = new("many");
        string configuration = folder.Write("adit.yaml", "gateway:\n  max-startups: 100:30:200\n");
        await using HttpGateway gateway = await HttpGateway.StartAsync(options: ["-c", configuration]);
        await using StreamServer sink = StreamServer.Sink();
        await Task.WhenAll(Enumerable.Range(0, 24).Select(async i =>
        {
            using OpenSshClient client = gateway.Client();
            byte[] octets = new byte[1 << 20];
            new SeededOctets(GatewayTest.Seed).Fill(octets);
            string hop = i % 4 == 0 ? $"https://127.0.0.1:{gateway.HttpsPort}/t?pin={gateway.Pin}" : $"http://127.0.0.1:{gateway.HttpPort}/t?rung={1 + (i % 4)}";
            ProcessResult result = (await ProcessRunner.RunAsync(client.Command(["--via", hop, "-W", $"127.0.0.1:{sink.Port}"]), octets, TimeSpan.FromMinutes(2))).Succeeded();
            Assert.Equal(StreamProbe.ExpectedAnswer(octets.Length, GatewayTest.Seed), result.Text.Trim());
        }));
    }

    [Fact]
    public async Task ForwardVerb_GoesThroughACarrier()
    {
        Need();
        await using HttpGateway gateway = await HttpGateway.StartAsync();
        await using StreamServer echo = StreamServer.Echo();
        await using AditProgram program = new();
        string known = program.Folder.Write("known_hosts", gateway.Target.KnownHosts);
        string config = program.Folder.Write("ssh_config", $"UserKnownHostsFile {known}\nStrictHostKeyChecking yes\nBatchMode yes\n");
        string ready = await program.StartAsync(
            "forward", $"127.0.0.1:0=127.0.0.1:{echo.Port}", "--ssh-config", config, "--via", $"http://127.0.0.1:{gateway.HttpPort}/t?rung=3&proxy=none",
            "--via", $"ssh://me@{gateway.Target.Host}:{gateway.Target.Port}?identity={gateway.Identity.PrivatePath}");
        await GatewayTest.AssertEchoAsync(System.Net.IPEndPoint.Parse(ready.Split(' ')[1]), 16 << 20);
    }

    private static Task<ProcessResult> CurlAsync(params string[] arguments) => ProcessRunner.RunAsync("curl", ["-q", "-s", "-i", "--noproxy", "*", "--http1.1", "--max-time", "20", .. arguments]);
}
