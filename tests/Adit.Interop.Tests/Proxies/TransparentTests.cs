using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Proxies;

/// <summary>adit proxy --transparent behind nftables, in a namespace; redsocks beside it as a second opinion, and as a client of our SOCKS server.</summary>
public sealed class TransparentTests
{
    [Theory]
    [InlineData("redirect")]
    [InlineData("tproxy")]
    public async Task Connections_AreTakenOver_AndRulesAreGoneAtTheEnd(string mode)
    {
        PeerRequired.Installed(PeerRequired.Root, "ip", "nft", "curl", "python3", "setpriv");
        (NetworkNamespace left, NetworkNamespace right) = await NetworkNamespace.CreatePairAsync();
        await using NetworkNamespace l = left, r = right;
        using PeerFolder www = new("www");
        www.Write("page", "hello from the right\n");
        await using PeerProcess origin4 = await PeerProcess.StartAsync(new PeerStart { Program = "python3", Arguments = ["-m", "http.server", "--bind", "::", "--directory", www.Path, "80"], Namespace = right.Name });
        await using AditProgram program = new("transparent");
        string log = program.Folder["access"];
        PeerStart start = program.Command(
            "proxy", "--listen", "*:8888", "--transparent", mode, "--install-nft", "--nft-ports", "80", "--allow", "10.99.0.2:80", "--allow", "[fd99::2]:80", "--access-log", log) with { Namespace = left.Name };
        await program.StartAsync(start);
        foreach (string host in (string[])["10.99.0.2", "[fd99::2]"]) Assert.Equal("hello from the right\n", await FetchAsync(left, $"http://{host}/page"));
        string[] lines = await LinesAsync(log, 2);
        Assert.Contains(lines, l => l.Contains("transparent - 10.99.0.2:80 allowed", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("transparent - [fd99::2]:80 allowed", StringComparison.Ordinal));
        // One that comes by itself would be a loop.
        ProcessResult itself = await CurlAsync(left, "http://10.99.0.1:8888/");
        Assert.NotEqual(0, itself.ExitCode);

        // Killed: its rules stay, until the next start.
        string before = await TablesAsync(left);
        Assert.Matches($"table inet adit_proxy_{program.Process.Id}_\\d+", before);
        program.Process.Kill();
        await program.Process.WaitForExitAsync();
        Assert.Equal(before, await TablesAsync(left));
        await using AditProgram second = new("transparent");
        await second.StartAsync(second.Command(
            "proxy", "--listen", "*:8888", "--transparent", mode, "--install-nft", "--nft-ports", "80", "--allow", "10.99.0.2:80") with { Namespace = left.Name });
        string after = await TablesAsync(left);
        Assert.DoesNotContain(before.Trim(), after, StringComparison.Ordinal);
        Assert.Equal("hello from the right\n", await FetchAsync(left, "http://10.99.0.2/page"));
        await second.Process.SignalAsync("TERM");
        Assert.Equal(0, await second.Process.WaitForExitAsync());
        Assert.Equal("", await TablesAsync(left));
        Assert.DoesNotContain("fwmark", (await ProcessRunner.RunAsync("ip", "-n", left.Name, "rule")).Text, StringComparison.Ordinal);
        Assert.Equal("hello from the right\n", await FetchAsync(left, "http://10.99.0.2/page"));
    }

    [Fact]
    public async Task Redsocks_SaysTheSame_ThroughOurSocksServer()
    {
        PeerRequired.Installed(PeerRequired.Root, "ip", "nft", "curl", "python3", "redsocks", "setpriv");
        (NetworkNamespace left, NetworkNamespace right) = await NetworkNamespace.CreatePairAsync();
        await using NetworkNamespace l = left, r = right;
        using PeerFolder folder = new("redsocks");
        folder.Write("page", "hello from the right\n");
        await using PeerProcess origin = await PeerProcess.StartAsync(new PeerStart { Program = "python3", Arguments = ["-m", "http.server", "--bind", "::", "--directory", folder.Path, "80"], Namespace = right.Name });
        // The proxy stands on the right, where no rule catches what it dials.
        await using AditProgram program = new("socks");
        string log = program.Folder["access"];
        await program.StartAsync(program.Command("proxy", "--listen", "10.99.0.2:1080", "--allow", "10.99.0.2:80", "--access-log", log, "--user", "u:p") with { Namespace = right.Name });
        string config = folder.Write("redsocks.conf", """
            base { log_debug = off; log_info = on; log = stderr; daemon = off; redirector = iptables; }
            redsocks { local_ip = 127.0.0.1; local_port = 12345; ip = 10.99.0.2; port = 1080; type = socks5; login = "u"; password = "p"; }

            """);
        await using PeerProcess redsocks = await PeerProcess.StartAsync(new PeerStart { Program = "/usr/sbin/redsocks", Arguments = ["-c", config], Namespace = left.Name });
        AditProgram rules = program;
        ProcessResult nft = (await rules.RunAsync("proxy", "--listen", "127.0.0.1:12345", "--transparent", "--nft-ports", "80", "--print-nft")).Succeeded();
        (await ProcessRunner.RunAsync(new PeerStart { Program = "nft", Arguments = ["-f", "-"], Namespace = left.Name }, nft.Output)).Succeeded();
        using var deadline = new CancellationTokenSource(PeerProcess.Patience);
        ProcessResult page;
        do
        {
            page = await CurlAsync(left, "http://10.99.0.2/page");
        }
        while (page.ExitCode != 0 && !deadline.IsCancellationRequested);
        Assert.Equal("hello from the right\n", page.Text);
        Assert.Contains("u socks5 CONNECT 10.99.0.2:80 allowed", (await LinesAsync(log, 1))[0], StringComparison.Ordinal);
    }

    private static async Task<string> FetchAsync(NetworkNamespace from, string url)
    {
        using var deadline = new CancellationTokenSource(PeerProcess.Patience);
        while (true)
        {
            ProcessResult result = await CurlAsync(from, url);
            if (result.ExitCode == 0 || deadline.IsCancellationRequested) return result.Succeeded().Text;
        }
    }

    private static Task<ProcessResult> CurlAsync(NetworkNamespace from, string url) =>
        ProcessRunner.RunAsync(new PeerStart { Program = "curl", Arguments = ["-q", "-sS", "-g", "--fail", "--max-time", "10", "--noproxy", "*", url], Namespace = from.Name });

    private static async Task<string> TablesAsync(NetworkNamespace at) => (await ProcessRunner.RunAsync(new PeerStart { Program = "nft", Arguments = ["list", "tables"], Namespace = at.Name })).Succeeded().Text;

    private static async Task<string[]> LinesAsync(string log, int count)
    {
        using var deadline = new CancellationTokenSource(PeerProcess.Patience);
        while (true)
        {
            string[] lines = File.Exists(log) ? (await File.ReadAllTextAsync(log)).Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];
            if (lines.Length >= count) return lines;
            Assert.False(deadline.IsCancellationRequested, $"expected {count} lines of the access log, got {lines.Length}");
            await Task.Delay(20);
        }
    }
}
