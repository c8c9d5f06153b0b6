using System.Text;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Proxies;

/// <summary>Programs that tunnel through a proxy: ncat, proxychains4, connect-proxy, proxytunnel, corkscrew, alone and as ssh's ProxyCommand; UDP and RFC 2817 by Python.</summary>
public sealed class TunnelClientTests
{
    private const int Length = 16 << 20;
    private const int Seed = 12;

    public static TheoryData<string> Tunnels =>
    [
        "ncat --proxy 127.0.0.1:PROXY --proxy-type socks4 127.0.0.1 TARGET",
        "ncat --proxy 127.0.0.1:PROXY --proxy-type socks5 127.0.0.1 TARGET",
        "ncat --proxy 127.0.0.1:PROXY --proxy-type http 127.0.0.1 TARGET",
        "connect-proxy -S 127.0.0.1:PROXY 127.0.0.1 TARGET",
        "connect-proxy -4 -S 127.0.0.1:PROXY 127.0.0.1 TARGET",
        "connect-proxy -H 127.0.0.1:PROXY 127.0.0.1 TARGET",
        "proxytunnel -q -p 127.0.0.1:PROXY -d 127.0.0.1:TARGET",
        "corkscrew 127.0.0.1 PROXY 127.0.0.1 TARGET",
    ];

    [Theory]
    [MemberData(nameof(Tunnels))]
    public async Task Ssh_GoesThrough_AsProxyCommand(string tunnel)
    {
        PeerRequired.Installed("ssh", "sshd", "ssh-keygen", tunnel.Split(' ')[0]);
        using PeerFolder folder = new("tunnel");
        SshKeyFile identity = await SshKeyFile.GenerateAsync(folder, "identity");
        await using OpenSshServer server = await OpenSshServer.StartAsync(new OpenSshServerOptions { AuthorizedKeys = [identity.PublicLine] });
        await using AditProxy proxy = await AditProxy.StartAsync("--allow", $"127.0.0.1:{server.Target.Port}");
        using OpenSshClient client = new(server.Target, identity);
        string command = Fill(tunnel, proxy.Port, server.Target.Port);
        byte[] octets = new byte[Length];
        new SeededOctets(Seed).Fill(octets);
        ProcessResult result = (await ProcessRunner.RunAsync(client.Command(["-o", $"ProxyCommand={command}"], "cat"), octets, TimeSpan.FromMinutes(2))).Succeeded();
        Assert.True(octets.AsSpan().SequenceEqual(result.Output));
        await proxy.WaitForAccessAsync($"127.0.0.1:{server.Target.Port} allowed");
    }

    [Theory]
    [InlineData("ncat --proxy 127.0.0.1:PROXY --proxy-type socks5 --proxy-auth u:p 127.0.0.1 TARGET")]
    [InlineData("ncat --proxy 127.0.0.1:PROXY --proxy-type http --proxy-auth u:p 127.0.0.1 TARGET")]
    [InlineData("proxytunnel -q -p 127.0.0.1:PROXY -P u:p -d 127.0.0.1:TARGET")]
    public async Task Password_IsGiven_AndHalfClosePasses(string tunnel)
    {
        PeerRequired.Installed(tunnel.Split(' ')[0]);
        await using StreamServer sink = tunnel.StartsWith("ncat", StringComparison.Ordinal) ? StreamServer.Sink() : StreamServer.Source(Length, Seed);
        await using AditProxy proxy = await AditProxy.StartAsync("--allow", $"127.0.0.1:{sink.Port}", "--user", "u:p");
        byte[] octets = new byte[Length];
        new SeededOctets(Seed).Fill(octets);
        string[] words = Fill(tunnel, proxy.Port, sink.Port).Split(' ');
        if (words[0] == "ncat")
        {
            ProcessResult result = (await ProcessRunner.RunAsync(new PeerStart { Program = words[0], Arguments = words[1..] }, octets, TimeSpan.FromMinutes(2))).Succeeded();
            Assert.Equal(StreamProbe.ExpectedAnswer(Length, Seed), result.Text.TrimEnd('\n'));
        }
        else
        {
            // It knows no half-close: it ends with its input, so this takes only.
            await using PeerProcess process = await PeerProcess.StartAsync(new PeerStart { Program = words[0], Arguments = words[1..], RawOutput = true });
            Assert.Equal((SeededOctets.Digest(Seed, Length), (long)Length), await StreamProbe.ReadToEndAsync(process.StandardOutput).WaitAsync(TimeSpan.FromMinutes(2)));
        }

        await proxy.WaitForAccessAsync(" u ", $"127.0.0.1:{sink.Port} allowed");
    }

    [Theory]
    [InlineData("socks4")]
    [InlineData("socks5")]
    [InlineData("http")]
    public async Task Proxychains_LeadsAnyProgramThrough(string type)
    {
        PeerRequired.Installed("proxychains4", "curl");
        await using StreamServer origin = StreamServer.Http(Length, Seed);
        await using AditProxy proxy = await AditProxy.StartAsync("--allow", "*:*");
        string config = proxy.Folder.Write("proxychains.conf", $"strict_chain\nproxy_dns\nquiet_mode\ntcp_read_time_out 15000\ntcp_connect_time_out 8000\n[ProxyList]\n{type} 127.0.0.1 {proxy.Port}\n");
        ProcessResult result = (await ProcessRunner.RunAsync("proxychains4", "-q", "-f", config, "curl", "-q", "-sS", "--fail", "--noproxy", "*", $"http://127.0.0.1:{origin.Port}/")).Succeeded();
        Assert.Equal(SeededOctets.Digest(Seed, Length), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(result.Output)));
        await proxy.WaitForAccessAsync("CONNECT", $"127.0.0.1:{origin.Port} allowed");
    }

    [Fact]
    public async Task Refusals_AreUnderstood()
    {
        PeerRequired.Installed("curl", "ncat");
        await using AditProxy proxy = await AditProxy.StartAsync("--deny", "*:81");
        ProcessResult http = await ProcessRunner.RunAsync("curl", "-q", "-sS", "-p", "--proxy", proxy.Url("http"), "http://127.0.0.1:22/");
        Assert.Contains("403", http.Errors, StringComparison.Ordinal);
        ProcessResult socks = await ProcessRunner.RunAsync("curl", "-q", "-sS", "--proxy", proxy.Url("socks5h"), "http://127.0.0.1:81/");
        Assert.Equal(97, socks.ExitCode); // CURLE_PROXY
        await proxy.WaitForAccessAsync("127.0.0.1:81 denied", "\"deny *:81\"");
        await proxy.Process.WaitForErrorLineAsync(l => l.Contains("connect CONNECT 127.0.0.1:22: refused: default: CONNECT reaches port 443 only", StringComparison.Ordinal), "the rule");
    }

    [Fact]
    public async Task Ssh_IsKeptOut_WhereInspectionDeniesIt()
    {
        PeerRequired.Installed("ssh", "sshd", "ssh-keygen", "connect-proxy");
        using PeerFolder folder = new("tunnel");
        SshKeyFile identity = await SshKeyFile.GenerateAsync(folder, "identity");
        await using OpenSshServer server = await OpenSshServer.StartAsync(new OpenSshServerOptions { AuthorizedKeys = [identity.PublicLine] });
        await using AditProxy proxy = await AditProxy.StartAsync("--allow", "*:*", "--inspect-connect", "deny:ssh,other");
        using OpenSshClient client = new(server.Target, identity);
        ProcessResult result = await client.RunAsync(["-o", $"ProxyCommand=connect-proxy -H 127.0.0.1:{proxy.Port} 127.0.0.1 {server.Target.Port}"], "true");
        Assert.Equal(255, result.ExitCode);
        await proxy.WaitForAccessAsync("denied", "inspection deny:ssh,other: ssh", "content=ssh");
    }

    [Fact]
    public async Task Udp_PassesByPython()
    {
        PeerRequired.Installed("python3");
        await using var echo = new DatagramEcho();
        await using AditProxy proxy = await AditProxy.StartAsync();
        ProcessResult result = (await ProcessRunner.RunAsync("python3", Script("socks_udp.py"), "127.0.0.1", proxy.Port.ToString(), "localhost", echo.Port.ToString(), "200")).Succeeded();
        Assert.Equal("ok 200\n", result.Text);
        await proxy.WaitForAccessAsync("socks5 UDP", "allowed");

        // And across a hop.
        await using AditProxy near = await AditProxy.StartAsync("--via", proxy.Url("socks5h"));
        ProcessResult across = await ProcessRunner.RunAsync("python3", Script("socks_udp.py"), "127.0.0.1", near.Port.ToString(), "127.0.0.1", echo.Port.ToString(), "200");
        Assert.Equal("ok 200\n", across.Succeeded().Text);
    }

    [Fact]
    public async Task TlsUpgrade_BeforeConnect_ByPython()
    {
        PeerRequired.Installed("python3", "openssl");
        using PeerFolder folder = new("certificate");
        OpenSslCertificate certificate = await OpenSslCertificate.MakeAsync(folder);
        await using StreamServer echo = StreamServer.Echo();
        await using AditProxy proxy = await AditProxy.StartAsync("--allow", "*:*", "--tls-certificate", certificate.BothFile, "--require-tls");
        ProcessResult result = (await ProcessRunner.RunAsync("python3", Script("rfc2817_client.py"), proxy.Port.ToString(), "127.0.0.1", echo.Port.ToString(), "within the tunnel")).Succeeded();
        Assert.Matches("^TLSv1\\.[23] within the tunnel\n$", result.Text);
    }

    [Fact]
    public async Task Via_ResolvesAndDialsAtTheFarEnd()
    {
        PeerRequired.Installed("curl");
        await using StreamServer origin = StreamServer.Http(Length, Seed);
        await using AditProxy far = await AditProxy.StartAsync("--allow", $"localhost:{origin.Port}");
        await using AditProxy near = await AditProxy.StartAsync("--via", far.Url("socks5h"));
        foreach (string scheme in (string[])["http", "socks5h"])
            Assert.Equal((SeededOctets.Digest(Seed, Length), (long)Length), await Curl.GetAsync($"http://localhost:{origin.Port}/", near.Url(scheme)));
        await far.WaitForAccessAsync($"localhost:{origin.Port} allowed", $"\"allow localhost:{origin.Port}\"");
    }

    [Fact]
    public async Task Configuration_IsPrinted_AndChecks()
    {
        PeerRequired.Installed("setpriv");
        await using AditProgram program = new();
        ProcessResult printed = (await program.RunAsync(
            "proxy", "--listen", "0.0.0.0:3128", "--listen", "unix:/tmp/s", "--deny", "*.ads.example", "--allow", "*:8443 user=alice", "--deny", "@metadata", "--user", "alice:secret", "--rate", "2m", "--idle-time", "90s",
            "--inspect-connect", "deny:ssh", "--via", "ssh://me:pw@bastion", "--print-config")).Succeeded();
        Assert.DoesNotContain("secret", printed.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("pw@", printed.Text, StringComparison.Ordinal);
        Assert.Contains("rules: [\"deny *.ads.example\", \"allow *:8443 user=alice\", \"deny @metadata\"]", printed.Text, StringComparison.Ordinal);
        Assert.Contains("rate: 2m\n", printed.Text, StringComparison.Ordinal);
        ProcessResult check = await program.RunAsync("check", program.Folder.Write("adit.yaml", printed.Text));
        Assert.True(check.ExitCode == 0, check.Text + printed.Text);
    }

    [Fact]
    public async Task Doctor_TellsAnOpenProxyFromAClosedOne()
    {
        PeerRequired.Installed("setpriv");
        await using AditProgram program = new();
        await using AditProxy open = await AditProxy.StartAsync("--allow", "127.0.0.1:*", "--deny", "@private", "--deny", "@metadata", "--deny", "@reserved");
        ProcessResult bad = await program.RunAsync("doctor", "proxy", open.EndPoint.ToString());
        Assert.Equal(1, bad.ExitCode);
        Assert.Contains($"HOLE  connect  loopback  127.0.0.1:{open.Port}", bad.Text, StringComparison.Ordinal);
        await using AditProxy closed = await AditProxy.StartAsync("--listen", "0.0.0.0:0", "--allow", "*:443");
        ProcessResult good = (await program.RunAsync("doctor", "proxy", $"127.0.0.1:{closed.Port}", "--output", "json")).Succeeded();
        using var report = System.Text.Json.JsonDocument.Parse(good.Text);
        Assert.False(report.RootElement.GetProperty("open").GetBoolean());
    }

    private static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Peers", name);

    private static string Fill(string tunnel, int proxy, int target) =>
        new StringBuilder(tunnel).Replace("PROXY", proxy.ToString()).Replace("TARGET", target.ToString()).ToString();
}
