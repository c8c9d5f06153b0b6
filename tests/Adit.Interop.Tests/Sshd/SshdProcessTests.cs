using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Sshd;

/// <summary>The process that <c>adit sshd</c> is: its options, its background, its signals, its exit codes.</summary>
public sealed class SshdProcessTests : SshdTest
{
    [Fact]
    public async Task Daemon_ReturnsOnceItListens_AndEndsAtSigterm()
    {
        int port = Ports.Free();
        string config = await ConfigAsync(port, $"PidFile {Folder["pid"]}");
        (await RunAsync("-f", config, "-E", Folder["log"])).Succeeded();
        int id = int.Parse((await File.ReadAllTextAsync(Folder["pid"])).Trim());
        try
        {
            SshTarget target = new("127.0.0.1", port, Environment.UserName, [await File.ReadAllTextAsync(Folder["host.pub"])]);
            using OpenSshClient client = new(target, Identity);
            Assert.Equal("hi\n", (await client.RunAsync([], "echo hi")).Succeeded().Text);
            ProcessResult taken = await RunAsync("-f", config, "-E", Folder["log2"]);
            Assert.Equal(255, taken.ExitCode);
        }
        finally
        {
            (await ProcessRunner.RunAsync("kill", $"{id}")).Succeeded();
        }

        await EventuallyAsync(() => !File.Exists(Folder["pid"]), PeerProcess.Patience, () => "expected the pid file to be removed");
        string log = await File.ReadAllTextAsync(Folder["log"]);
        Assert.Contains($"Server listening on 127.0.0.1 port {port}.", log, StringComparison.Ordinal);
        Assert.Contains("Received signal 15; terminating.", log, StringComparison.Ordinal);
        Assert.Contains("Bind to port", await File.ReadAllTextAsync(Folder["log2"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inetd_ServesStandardInputAndOutput()
    {
        string config = await ConfigAsync(Ports.Free());
        SshTarget target = new("anywhere", 22, Environment.UserName, [await File.ReadAllTextAsync(Folder["host.pub"])]);
        using OpenSshClient client = new(target with { Host = "127.0.0.1" }, Identity);
        string[] options = ["-o", $"ProxyCommand={AditProgram.ExecutablePath} sshd -i -e -f {config}", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"];
        byte[] data = new byte[Mebi];
        new SeededOctets(Seed).Fill(data);
        ProcessResult result = (await ProcessRunner.RunAsync(client.Command(options, "cat"), data)).Succeeded();
        Assert.True(data.AsSpan().SequenceEqual(result.Output));
        Assert.Contains("from UNKNOWN port 65535", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hangup_ReadsTheConfigurationAgain_AndKeepsSessions()
    {
        await using OpenSshServer server = await StartAsync("AllowTcpForwarding no");
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = Client(server);
        await using PeerProcess session = await PeerProcess.StartAsync(client.Command([], "echo begun; cat") with { RawOutput = true });
        using StreamReader output = new(session.StandardOutput);
        Assert.Equal("begun", await output.ReadLineAsync().WaitAsync(PeerProcess.Patience));
        Assert.Equal(255, (await client.RunAsync(["-W", $"127.0.0.1:{echo.Port}"])).ExitCode);

        string text = await File.ReadAllTextAsync(server.ConfigFile);
        await File.WriteAllTextAsync(server.ConfigFile, "Nonsense 1\n" + text);
        (await ProcessRunner.RunAsync("kill", "-HUP", $"{server.Process.Id}")).Succeeded();
        await SaysAsync(server, "Bad configuration option: Nonsense");
        await File.WriteAllTextAsync(server.ConfigFile, text.Replace("AllowTcpForwarding no", "AllowTcpForwarding yes", StringComparison.Ordinal));
        (await ProcessRunner.RunAsync("kill", "-HUP", $"{server.Process.Id}")).Succeeded();
        await EventuallyAsync(() => server.Process.Errors.Text.Split("Server listening on").Length > 2, PeerProcess.Patience, () => server.Process.Errors.Text);
        Assert.Equal("hi", (await ProcessRunner.RunAsync(client.Command(["-W", $"127.0.0.1:{echo.Port}"]), "hi"u8.ToArray())).Succeeded().Text);
        await session.StandardInput.WriteAsync("still here\n"u8.ToArray());
        await session.StandardInput.FlushAsync();
        Assert.Equal("still here", await output.ReadLineAsync().WaitAsync(PeerProcess.Patience));
    }

    [Fact]
    public async Task Debug_ServesOneConnection_AndEnds()
    {
        int port = Ports.Free();
        string config = await ConfigAsync(port);
        await using PeerProcess server = await PeerProcess.StartAsync(AditProgram.ExecutablePath, "sshd", "-d", "-f", config);
        await server.WaitForErrorLineAsync(l => l.Contains("Server listening on", StringComparison.Ordinal), "a line that it listens");
        SshTarget target = new("127.0.0.1", port, Environment.UserName, [await File.ReadAllTextAsync(Folder["host.pub"])]);
        using OpenSshClient client = new(target, Identity);
        Assert.Equal("hi\n", (await client.RunAsync([], "echo hi")).Succeeded().Text);
        Assert.Equal(0, await server.WaitForExitAsync());
        Assert.Contains("debug1: kex: algorithm: ", server.Errors.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "", "-t", "-f", "CONFIG")]
    [InlineData(0, "Deprecated option UsePrivilegeSeparation", "-t", "-f", "CONFIG", "-o", "UsePrivilegeSeparation=no")]
    [InlineData(0, "Unsupported option DebianBanner", "-tfCONFIG", "-oDebianBanner no")]
    [InlineData(255, "command-line: line 0: Bad configuration option: Foo", "-t", "-f", "CONFIG", "-o", "Foo=1")]
    [InlineData(255, "did you mean permitopen?", "-t", "-f", "CONFIG", "-o", "PermitOpn=1")]
    [InlineData(255, "command-line line 0: Badly formatted port number.", "-t", "-f", "CONFIG", "-oPort=x")]
    [InlineData(255, "/nonexistent: No such file or directory", "-t", "-f", "/nonexistent")]
    [InlineData(1, "sshd: no hostkeys available -- exiting.", "-t", "-f", "/dev/null", "-h", "/nonexistent")]
    [InlineData(1, "unknown option -- Z", "-Z")]
    [InlineData(1, "option requires an argument -- p", "-Dep")]
    [InlineData(1, "Bad port number.", "-p", "0")]
    [InlineData(1, "Invalid login grace time.", "-gx")]
    [InlineData(1, "Extra argument x.", "-t", "x")]
    [InlineData(1, "Invalid test mode specification foo", "-T", "-C", "foo")]
    [InlineData(0, "Adit_", "-V")]
    public async Task ExitCodeAndWords_AreSshds(int code, string words, params string[] arguments)
    {
        string config = await ConfigAsync(Ports.Free());
        ProcessResult result = await RunAsync([.. arguments.Select(a => a.Replace("CONFIG", config, StringComparison.Ordinal))]);
        Assert.True(code == result.ExitCode && result.Errors.Contains(words, StringComparison.Ordinal), $"{result.ExitCode}: {result.Errors}");
    }

    [Fact]
    public async Task ExtendedTest_PrintsWhatCountsForAConnection()
    {
        string config = await ConfigAsync(Ports.Free(), "Match User alice", "Banner /b", "Match Group nosuch", "Banner /c");
        ProcessResult result = (await RunAsync("-T", "-f", config, "-C", "user=alice,addr=192.0.2.1", "-g", "1m", "-p", "77")).Succeeded();
        string[] lines = result.Text.Split('\n');
        Assert.Equal("port 77", lines[0]);
        Assert.Contains("banner /b", lines);
        Assert.Contains("logingracetime 60", lines);
    }

    [Fact]
    public async Task CorruptedOctets_EndTheConnection_WithSshdsWords()
    {
        await using OpenSshServer server = await StartAsync("Ciphers aes256-ctr", "MACs hmac-sha2-256");
        using OpenSshClient client = Client(server);
        await using CorruptingProxy proxy = new(server.Target.Port, up: 40_000);
        byte[] data = new byte[Mebi];
        ProcessResult result = await ProcessRunner.RunAsync(client.Command(["-o", $"ProxyCommand=nc 127.0.0.1 {proxy.Port}", "-o", "HostKeyAlias=x", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"], "cat >/dev/null"), data);
        Assert.Equal(255, result.ExitCode);
        await server.Process.WaitForErrorLineAsync(
            l => l.Contains("Corrupted MAC on input", StringComparison.Ordinal) || l.Contains("Bad packet length", StringComparison.Ordinal), "Corrupted MAC on input");
    }

    private static Task<ProcessResult> RunAsync(params string[] arguments) => ProcessRunner.RunAsync(AditProgram.ExecutablePath, ["sshd", .. arguments]);

    private async Task<string> ConfigAsync(int port, params string[] last)
    {
        if (!File.Exists(Folder["host"])) await SshKeyFile.GenerateAsync(Folder, "host");
        string keys = Folder.Write("authorized_keys", Identity.PublicLine + "\n");
        return Folder.Write("sshd_config", $"ListenAddress 127.0.0.1:{port}\nHostKey {Folder["host"]}\nAuthorizedKeysFile {keys}\nStrictModes no\nPermitRootLogin yes\n{NoStartupFiles}\n{string.Join('\n', last)}\n");
    }
}
