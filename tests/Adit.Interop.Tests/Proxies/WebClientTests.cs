using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Proxies;

/// <summary>curl, wget and git through adit proxy, by every protocol they have.</summary>
public sealed class WebClientTests
{
    private const long Length = 16 << 20;
    private const int Seed = 11;
    private static readonly (string, long) Expected = (SeededOctets.Digest(Seed, Length), Length);

    [Theory]
    [InlineData("http")]
    [InlineData("http", "--proxytunnel")]
    [InlineData("socks4")]
    [InlineData("socks4a")]
    [InlineData("socks5")]
    [InlineData("socks5h")]
    public async Task Curl_FetchesHttp(string scheme, params string[] options)
    {
        PeerRequired.Installed("curl");
        await using StreamServer origin = StreamServer.Http(Length, Seed);
        await using AditProxy proxy = await AditProxy.StartAsync("--allow", $"127.0.0.1:{origin.Port}");
        Assert.Equal(Expected, await Curl.GetAsync($"http://127.0.0.1:{origin.Port}/", proxy.Url(scheme), options));
        await proxy.WaitForAccessAsync($"127.0.0.1:{origin.Port} allowed", $"\"allow 127.0.0.1:{origin.Port}\"");
    }

    [Theory]
    [InlineData("http")]
    [InlineData("socks4a")]
    [InlineData("socks5h")]
    public async Task Curl_FetchesHttps(string scheme)
    {
        PeerRequired.Installed("curl");
        await using var origin = new HttpsOrigin(Length, Seed);
        await using AditProxy proxy = await AditProxy.StartAsync("--allow", "*:*", "--inspect-connect", "allow:tls");
        Assert.Equal(Expected, await Curl.GetAsync(origin.Url, proxy.Url(scheme), "--insecure"));
        await proxy.WaitForAccessAsync("allowed", "content=tls");
    }

    [Fact]
    public async Task Curl_ReachesTheProxyByTls()
    {
        PeerRequired.Installed("curl", "openssl");
        using PeerFolder folder = new("certificate");
        OpenSslCertificate certificate = await OpenSslCertificate.MakeAsync(folder);
        await using StreamServer origin = StreamServer.Http(Length, Seed);
        await using AditProxy proxy = await AditProxy.StartAsync("--allow", "*:*", "--tls-certificate", certificate.BothFile, "--require-tls");
        foreach (string option in (string[])["--no-proxytunnel", "--proxytunnel"])
            Assert.Equal(Expected, await Curl.GetAsync($"http://127.0.0.1:{origin.Port}/", proxy.Url("https"), "--proxy-insecure", option));
        ProcessResult refused = await ProcessRunner.RunAsync("curl", "-q", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--proxy", proxy.Url("http"), $"http://127.0.0.1:{origin.Port}/");
        Assert.Equal("426", refused.Text);
    }

    [Theory]
    [InlineData("http", "alice:wonder%20land", true)]
    [InlineData("socks5h", "alice:wonder%20land", true)]
    [InlineData("http", "alice:wrong", false)]
    [InlineData("socks5h", "alice:wrong", false)]
    [InlineData("http", null, false)]
    [InlineData("socks5h", null, false)]
    [InlineData("socks4a", "alice", false)]
    public async Task Curl_NeedsThePassword(string scheme, string? user, bool succeeds)
    {
        PeerRequired.Installed("curl");
        using PeerFolder folder = new("users");
        string users = folder.Write("users", "# who may\nalice:wonder land\nbob:b\n");
        await using StreamServer origin = StreamServer.Http(1000, Seed);
        await using AditProxy proxy = await AditProxy.StartAsync("--user", $"@{users}");
        ProcessResult result = await ProcessRunner.RunAsync("curl", "-q", "-sS", "--fail", "--proxy", proxy.Url(scheme, user), $"http://127.0.0.1:{origin.Port}/");
        Assert.Equal(succeeds, result.ExitCode == 0);
        if (succeeds) await proxy.WaitForAccessAsync(" alice ", "allowed");
        else await proxy.WaitForAccessAsync("denied");
        Assert.Equal(succeeds ? 1 : 0, origin.Accepted);
    }

    [Fact]
    public async Task Curl_IsServedAndReachesByIpv6()
    {
        PeerRequired.Installed("curl");
        await using StreamServer origin = StreamServer.Http(Length, Seed, new System.Net.IPEndPoint(System.Net.IPAddress.IPv6Loopback, 0));
        await using AditProxy proxy = await AditProxy.StartAsync("--listen", "[::1]:0", "--allow", "[::1]:*");
        foreach (string scheme in (string[])["http", "socks5", "socks5h"]) Assert.Equal(Expected, await Curl.GetAsync($"http://[::1]:{origin.Port}/", proxy.Url(scheme)));
        Assert.Equal(Expected, await Curl.GetAsync($"http://[::1]:{origin.Port}/", proxy.Url("http"), "--proxytunnel"));
    }

    [Fact]
    public async Task Curl_Uploads_WithContinue_AndKeepsItsConnection()
    {
        PeerRequired.Installed("curl", "python3");
        using PeerFolder folder = new("upload");
        byte[] octets = new byte[4 << 20];
        new SeededOctets(Seed).Fill(octets);
        await File.WriteAllBytesAsync(folder["octets"], octets);
        await using PeerProcess origin = await PeerProcess.StartAsync("python3", Path.Combine(AppContext.BaseDirectory, "Peers/http_echo.py"));
        string port = (await origin.WaitForOutputLineAsync(l => l.StartsWith("port ", StringComparison.Ordinal), "its port"))[5..];
        await using AditProxy proxy = await AditProxy.StartAsync();
        string url = $"http://127.0.0.1:{port}/";
        string[] common = ["-q", "-sS", "--fail", "--max-time", "60", "--proxy", proxy.Url("http"), "--data-binary", $"@{folder["octets"]}"];
        foreach (string[] form in (string[][])[["-H", "Expect: 100-continue"], ["-H", "Transfer-Encoding: chunked", "-H", "Expect:"], ["--http1.0"]])
        {
            ProcessResult result = (await ProcessRunner.RunAsync("curl", [.. common, .. form, url])).Succeeded();
            Assert.True(octets.AsSpan().SequenceEqual(result.Output), string.Join(' ', form));
        }

        ProcessResult twice = (await ProcessRunner.RunAsync("curl", [.. common, "-v", url, url])).Succeeded();
        Assert.Equal(2 * octets.Length, twice.Output.Length);
        Assert.Contains("Re-using existing connection", twice.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wget_FetchesByProxy()
    {
        PeerRequired.Installed("wget");
        await using StreamServer origin = StreamServer.Http(Length, Seed);
        await using var secure = new HttpsOrigin(Length, Seed);
        await using AditProxy proxy = await AditProxy.StartAsync("--allow", "*:*");
        foreach (string url in (string[])[$"http://127.0.0.1:{origin.Port}/", secure.Url])
        {
            ProcessResult result = (await ProcessRunner.RunAsync(new PeerStart
            {
                Program = "wget",
                Arguments = ["--no-config", "-q", "-O", "-", "--no-check-certificate", url],
                Environment = new Dictionary<string, string?> { ["http_proxy"] = proxy.Url("http"), ["https_proxy"] = proxy.Url("http"), ["no_proxy"] = null },
            })).Succeeded();
            Assert.Equal(Expected, (Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(result.Output)), result.Output.LongLength));
        }
    }

    [Theory]
    [InlineData("http")]
    [InlineData("socks5h")]
    public async Task Git_Clones(string scheme)
    {
        PeerRequired.Installed("git", "python3");
        using PeerFolder folder = new("git");
        await GitAsync(folder, "init", "-q", folder["work"]);
        await File.WriteAllTextAsync(Path.Combine(folder["work"], "file"), "through a proxy\n");
        await GitAsync(folder, "-C", folder["work"], "add", "file");
        await GitAsync(folder, "-C", folder["work"], "-c", "user.name=t", "-c", "user.email=t@t", "commit", "-q", "-m", "x");
        await GitAsync(folder, "clone", "-q", "--bare", folder["work"], folder["repo.git"]);
        await GitAsync(folder, "-C", folder["repo.git"], "update-server-info");
        int port = Ports.Free();
        await using PeerProcess origin = await PeerProcess.StartAsync("python3", "-m", "http.server", "--bind", "127.0.0.1", "--directory", folder.Path, port.ToString());
        await Readiness.WaitForListenerAsync(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, port), origin);
        await using AditProxy proxy = await AditProxy.StartAsync();
        await GitAsync(folder, "-c", $"http.proxy={proxy.Url(scheme)}", "clone", "-q", $"http://127.0.0.1:{port}/repo.git", folder["clone"]);
        Assert.Equal("through a proxy\n", await File.ReadAllTextAsync(Path.Combine(folder["clone"], "file")));
        await proxy.WaitForAccessAsync($"127.0.0.1:{port} allowed");
    }

    private static async Task GitAsync(PeerFolder home, params string[] arguments) => (await ProcessRunner.RunAsync(new PeerStart
    {
        Program = "git",
        Arguments = arguments,
        Environment = new Dictionary<string, string?> { ["HOME"] = home.Path, ["GIT_CONFIG_NOSYSTEM"] = "1", ["no_proxy"] = null, ["http_proxy"] = null, ["all_proxy"] = null },
    })).Succeeded();
}
