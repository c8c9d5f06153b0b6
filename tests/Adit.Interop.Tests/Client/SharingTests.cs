using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Client;

/// <summary>Connection sharing between ssh(1) and our program, either as the master.</summary>
public sealed class SharingTests(ClientFixture fixture) : IClassFixture<ClientFixture>
{
    /// <summary>Master and client; the last row is the measure.</summary>
    public static TheoryData<string, string> Pairs => new() { { "adit", "ssh" }, { "adit", "adit" }, { "ssh", "adit" }, { "ssh", "ssh" } };

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Sessions_CarryStreamsVariablesAndExitCodes(string master, string client)
    {
        await using SharedConnection shared = await SharedConnection.StartAsync(fixture);
        await shared.StartMasterAsync(master, "-o", "SendEnv=WORD");
        Assert.True(await shared.CheckAsync(client));
        ProcessResult run = await shared.RunAsync(client, "in\n", ["-o", "SetEnv=WORD=given"], "cat; echo $WORD; echo err >&2; exit 3");
        Assert.Equal(3, run.ExitCode);
        Assert.Equal("in\ngiven\n", run.Text);
        Assert.Equal("err", run.Errors.Trim());
        Assert.Equal("", (await shared.RunAsync(client, "unread", ["-n"], "cat")).Succeeded().Text);
        string[] big = (await shared.RunAsync(client, new string('x', 3_000_000), [], "cat | wc -c; head -c 4000000 /dev/zero")).Succeeded().Text.Split('\n', 2);
        Assert.Equal("3000000", big[0].Trim());
        Assert.Equal(4_000_000, big[1].Length);
        Assert.Equal(255, (await shared.RunAsync(client, [], "kill -9 $$")).ExitCode);
        ProcessResult banner = await shared.RunAsync(client, ["-W", $"127.0.0.1:{fixture.Server.Target.Port}"]);
        Assert.StartsWith("SSH-2.0-OpenSSH", banner.Text, StringComparison.Ordinal);
        Assert.Equal(0, banner.ExitCode);
        (await shared.RunAsync(client, ["-s"], "sftp")).Succeeded();
        ProcessResult[] many = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => shared.RunAsync(client, $"{i}", [], $"cat; exit {i}")));
        Assert.All(many, (result, i) => Assert.Equal((i, $"{i}"), (result.ExitCode, result.Text)));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Forwards_AreAddedAndCancelled_AndTheMasterEndsAsTold(string master, string client)
    {
        await using SharedConnection shared = await SharedConnection.StartAsync(fixture);
        await using StreamServer echo = StreamServer.Echo();
        PeerProcess process = await shared.StartMasterAsync(master);
        int local = Ports.Free(), dynamic = Ports.Free(), taken = echo.Port;
        string target = $"127.0.0.1:{echo.Port}";
        (await shared.RunAsync(client, ["-O", "forward", "-L", $"{local}:{target}", "-D", $"{dynamic}"])).Succeeded();
        (await shared.RunAsync(client, ["-O", "forward", "-L", $"{local}:{target}"])).Succeeded(); // it stands already
        Assert.Equal((SeededOctets.Digest(1, 500_000), 500_000L), await StreamProbe.EchoAsync(ClientFixture.Loopback(local), 500_000, 1));
        await using StreamServer web = StreamServer.Http(100_000, 3);
        Assert.Equal((SeededOctets.Digest(3, 100_000), 100_000L), await Curl.GetAsync($"http://127.0.0.1:{web.Port}/", $"socks5h://127.0.0.1:{dynamic}"));
        ProcessResult allocated = (await shared.RunAsync(client, ["-O", "forward", "-R", $"0:{target}"])).Succeeded();
        int remote = int.Parse(allocated.Text);
        Assert.Equal((SeededOctets.Digest(2, 500_000), 500_000L), await StreamProbe.EchoAsync(ClientFixture.Loopback(remote), 500_000, 2));

        ProcessResult refused = await shared.RunAsync(client, ["-O", "forward", "-L", $"127.0.0.1:{taken}:{target}"]);
        Assert.Equal(255, refused.ExitCode);
        Assert.Contains("mux_client_forward: forwarding request failed: Port forwarding failed", refused.Errors, StringComparison.Ordinal);
        refused = await shared.RunAsync(client, ["-O", "forward", "-R", $"127.0.0.1:{taken}:{target}"]);
        Assert.Equal(255, refused.ExitCode);
        Assert.Contains($"remote port forwarding failed for listen port {taken}", refused.Errors, StringComparison.Ordinal);

        foreach (string[] forward in (string[][])[["-L", $"{local}:{target}"], ["-D", $"{dynamic}"], ["-R", $"0:{target}"]])
        {
            ProcessResult cancelled = await shared.RunAsync(client, ["-O", "cancel", .. forward]);
            Assert.Equal((0, ""), (cancelled.ExitCode, cancelled.Errors));
            cancelled = await shared.RunAsync(client, ["-O", "cancel", .. forward]);
            Assert.Equal(0, cancelled.ExitCode);
            Assert.Contains("port not forwarded", cancelled.Errors, StringComparison.Ordinal);
        }

        foreach (int port in (int[])[local, dynamic, remote]) await SharedConnection.WaitAsync(async () => !await SharedConnection.IsListeningAsync(ClientFixture.Loopback(port)));
        await using PeerProcess session = await PeerProcess.StartAsync(shared.Command(client, [], "echo up; read x; echo $x"));
        await session.WaitForOutputLineAsync(l => l == "up", "the session");
        ProcessResult stop = await shared.RunAsync(client, ["-O", "stop"]);
        Assert.Equal((0, "Stop listening request sent."), (stop.ExitCode, stop.Errors.Trim()));
        await SharedConnection.WaitAsync(() => Task.FromResult(!File.Exists(shared.Path)));
        await session.StandardInput.WriteAsync("still\n"u8.ToArray());
        Assert.Equal(0, await session.WaitForExitAsync());
        Assert.Contains("still", session.Output.Text, StringComparison.Ordinal);
        ProcessResult gone = await shared.RunAsync(client, ["-O", "check"]);
        Assert.Equal(255, gone.ExitCode);
        Assert.Equal($"Control socket connect({shared.Path}): No such file or directory", gone.Errors.Trim());
        Assert.Equal(255, await process.WaitForExitAsync()); // with its last session, since it has none of its own
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Forwards_AreAddedAndCancelled_OverOurGateway(string master, string client)
    {
        PeerRequired.Installed("ssh", "ssh-keygen");
        await using SharedConnection shared = await SharedConnection.StartOverGatewayAsync(fixture);
        await using StreamServer echo = StreamServer.Echo();
        await shared.StartMasterAsync(master);
        int local = Ports.Free();
        (await shared.RunAsync(client, ["-O", "forward", "-L", $"{local}:127.0.0.1:{echo.Port}"])).Succeeded();
        int remote = int.Parse((await shared.RunAsync(client, ["-O", "forward", "-R", $"0:127.0.0.1:{echo.Port}"])).Succeeded().Text);
        foreach (int port in (int[])[local, remote]) Assert.Equal((SeededOctets.Digest(2, 100_000), 100_000L), await StreamProbe.EchoAsync(ClientFixture.Loopback(port), 100_000, 2));
        ProcessResult cancelled = await shared.RunAsync(client, ["-O", "cancel", "-R", $"0:127.0.0.1:{echo.Port}", "-L", $"{local}:127.0.0.1:{echo.Port}"]);
        Assert.Equal((0, ""), (cancelled.ExitCode, cancelled.Errors));
        foreach (int port in (int[])[local, remote]) await SharedConnection.WaitAsync(async () => !await SharedConnection.IsListeningAsync(ClientFixture.Loopback(port)));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Exit_EndsTheMaster_AndKillsEndWhatTheyShould(string master, string client)
    {
        await using SharedConnection shared = await SharedConnection.StartAsync(fixture);
        PeerProcess process = await shared.StartMasterAsync(master);
        await using (PeerProcess killed = await PeerProcess.StartAsync(shared.Command(client, [], "echo $$; exec cat")))
        {
            string pid = await killed.WaitForOutputLineAsync(l => l.Length > 0, "the command's pid");
            killed.Kill();
            await SharedConnection.WaitAsync(() => Task.FromResult(!Directory.Exists($"/proc/{pid}")));
        }

        (await shared.RunAsync(client, [], "true")).Succeeded();
        await using PeerProcess orphan = await PeerProcess.StartAsync(shared.Command(client, [], "echo up; sleep 600"));
        await orphan.WaitForOutputLineAsync(l => l == "up", "the session");
        ProcessResult exit = await shared.RunAsync(client, ["-O", "exit"]);
        Assert.Equal((0, "Exit request sent."), (exit.ExitCode, exit.Errors.Trim()));
        Assert.Equal(255, await process.WaitForExitAsync());
        Assert.Equal(255, await orphan.WaitForExitAsync());
        Assert.False(File.Exists(shared.Path));
    }

    [Theory]
    [InlineData("adit", "ssh")]
    [InlineData("adit", "adit")]
    [InlineData("ssh", "adit")]
    public async Task Terminal_IsThatOfTheClient_AndItsSizeFollows(string master, string client)
    {
        PeerRequired.Installed("tmux");
        await using SharedConnection shared = await SharedConnection.StartAsync(fixture);
        await shared.StartMasterAsync(master);
        PeerStart command = shared.Command(client, ["-t"], "sh");
        await using Tmux tmux = await Tmux.StartAsync(command.Environment);
        await tmux.EnterAsync($"{command.Program} {string.Join(' ', command.Arguments)}; echo code=$?; stty -a | grep -o ' icanon'");
        await tmux.EnterAsync("echo size=$(stty size) term=$TERM tty=$(tty | cut -c 1-8)");
        await tmux.WaitForAsync("size=30 100 term=screen tty=/dev/pts");
        await tmux.ResizeAsync(90, 25);
        await tmux.EnterAsync("until test \"$(stty size)\" = '25 90'; do sleep 0.1; done; echo re$((40+2))sized");
        await tmux.WaitForAsync("re42sized");
        await tmux.EnterAsync("exit 77");
        string screen = await tmux.WaitForAsync(s => s.Contains("code=77", StringComparison.Ordinal) && s.Contains("\n icanon", StringComparison.Ordinal), "exit code and a cooked terminal");
        Assert.Contains("Shared connection to 127.0.0.1 closed.", screen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("adit", "ssh")]
    [InlineData("adit", "adit")]
    [InlineData("ssh", "adit")]
    public async Task Agent_GoesAlong_WhereMasterAndClientWantIt(string master, string client)
    {
        PeerRequired.Installed("ssh-agent", "ssh-add");
        await using SshAgent agent = await SshAgent.StartAsync(fixture.Identity);
        await using SharedConnection shared = await SharedConnection.StartAsync(fixture, agent.SocketPath);
        await shared.StartMasterAsync(master, "-A");
        // sshd gives it to every session from the first that asks on.
        Assert.Equal("none\n", (await shared.RunAsync(client, ["-a"], "echo ${SSH_AUTH_SOCK:-none}")).Succeeded().Text);
        Assert.Contains(fixture.Identity.PublicLine.Split(' ')[1], (await shared.RunAsync(client, ["-A"], "ssh-add -L")).Succeeded().Text, StringComparison.Ordinal);
    }

    /// <summary>As ansible does it: whoever comes first leaves a master behind, whose socket is named by a token.</summary>
    [Fact]
    public async Task ManyAtOnce_EachGetTheirOwn_AndOneMasterStays()
    {
        using PeerFolder folder = new("loop");
        await using SharedConnection shared = await SharedConnection.StartAsync(fixture, pattern: folder["%C"]);
        string[] auto = ["-o", "ControlMaster=auto", "-o", "ControlPersist=60s"];
        for (int round = 0; round < 2; round++)
        {
            ProcessResult[] many = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => shared.RunAsync("adit", $"{i}", auto, $"cat; exit {i}")));
            Assert.All(many, (result, i) => Assert.Equal((i, $"{i}"), (result.ExitCode, result.Text)));
            if (round > 0) Assert.All(many, result => Assert.Equal("", result.Errors));
        }

        string socket = Assert.Single(Directory.GetFileSystemEntries(folder.Path));
        Assert.Matches("^[0-9a-f]{40}$", Path.GetFileName(socket));
        Assert.True(await shared.CheckAsync());
        (await shared.RunAsync("ssh", ["-O", "exit"])).Succeeded();
        await SharedConnection.WaitAsync(() => Task.FromResult(!Directory.Exists($"/proc/{shared.MasterId}")));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    /// <summary>What goes to the background asks on the terminal before it leaves it, a second time after a wrong answer; ^C at the question ends both.</summary>
    [Theory]
    [InlineData("-f")]
    [InlineData("-o ControlMaster=auto -o ControlPersist=60 -S {0}")]
    public async Task Background_AsksForItsPasswordOnTheTerminal(string options)
    {
        PeerRequired.Installed(PeerRequired.AsyncSsh, "ssh-keygen", "tmux");
        (PythonPeer server, SshTarget target) = await PythonPeer.StartServerAsync("asyncssh_secrets", ["password"]);
        await using PythonPeer running = server;
        using PeerFolder folder = new("background");
        string socket = folder["ctl"];
        string adit = $"{AditProgram.ExecutablePath} ssh -F none -o UserKnownHostsFile={folder.Write("known_hosts", target.KnownHosts)} -p {target.Port} {string.Format(options, socket)} alice@{target.Host}";
        await using Tmux tmux = await Tmux.StartAsync(new Dictionary<string, string?> { ["HOME"] = folder.Path, ["SSH_AUTH_SOCK"] = null });
        await tmux.EnterAsync($"{adit} anything; echo first=$?; stty -a | grep -o ' echo '");
        await tmux.WaitForAsync("password:");
        await tmux.PressAsync("C-c");
        await tmux.WaitForAsync(s => Passed(s, "first=255"), "the terminal back");
        await tmux.EnterAsync($"{adit} anything; echo code=$?; stty -a | grep -o ' echo '");
        await tmux.WaitForAsync(s => s.Split("password:").Length == 3, "the question");
        await tmux.EnterAsync("queen");
        await tmux.WaitForAsync(s => s.Contains("try again", StringComparison.Ordinal) && s.Split("password:").Length == 4, "the question again");
        await tmux.EnterAsync("wonderland");
        string screen = await tmux.WaitForAsync(s => Passed(s, "code=0") && s.Contains("let in", StringComparison.Ordinal), "the answer, and the terminal back");
        Assert.DoesNotContain("wonderland", screen, StringComparison.Ordinal);
        if (options == "-f") return;
        (await ProcessRunner.RunAsync("ssh", "-S", socket, "-O", "exit", "any")).Succeeded();

        static bool Passed(string screen, string code) => screen.Split(code)[^1].Contains(" echo", StringComparison.Ordinal) && screen.Contains(code, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KilledMaster_EndsItsClients_AndItsSocketIsReplaced()
    {
        await using SharedConnection shared = await SharedConnection.StartAsync(fixture);
        PeerProcess master = await shared.StartMasterAsync("adit");
        await using PeerProcess session = await PeerProcess.StartAsync(shared.Command("adit", [], "echo up; sleep 600"));
        await session.WaitForOutputLineAsync(l => l == "up", "the session");
        master.Kill();
        Assert.Equal(255, await session.WaitForExitAsync());
        Assert.True(File.Exists(shared.Path));
        ProcessResult plain = (await shared.RunAsync("adit", [], "echo plain")).Succeeded();
        Assert.Equal("plain\n", plain.Text);
        Assert.Equal($"Control socket connect({shared.Path}): Connection refused", plain.Errors.Trim());
        Assert.Equal("next\n", (await shared.RunAsync("adit", ["-o", "ControlMaster=auto"], "echo next")).Succeeded().Text);
        Assert.False(File.Exists(shared.Path));
    }

    [Fact]
    public async Task ControlPersist_MakesAMasterInTheBackground_ThatEndsWhenIdle()
    {
        await using SharedConnection shared = await SharedConnection.StartAsync(fixture);
        string[] auto = ["-o", "ControlMaster=auto", "-o", "ControlPersist=5s"];
        ProcessResult first = await shared.RunAsync("adit", "in", auto, "cat; echo err >&2; exit 4");
        Assert.Equal((4, "in", "err"), (first.ExitCode, first.Text, first.Errors.Trim()));
        Assert.True(await shared.CheckAsync());
        int master = shared.MasterId;
        for (int i = 0; i < 3; i++) Assert.Equal($"{i}\n", (await shared.RunAsync("adit", auto, $"echo {i}")).Succeeded().Text);
        Assert.Equal("ssh\n", (await shared.RunAsync("ssh", auto, "echo ssh")).Succeeded().Text);
        Assert.True(await shared.CheckAsync("adit"));
        Assert.Equal(master, shared.MasterId);
        Assert.True(Directory.Exists($"/proc/{master}"));
        await SharedConnection.WaitAsync(() => Task.FromResult(!File.Exists(shared.Path)));
        await SharedConnection.WaitAsync(() => Task.FromResult(!Directory.Exists($"/proc/{master}")));
        Assert.Equal("again", (await shared.CaptureAsync("adit", auto, "echo again")).Succeeded().Text);
        Assert.True(await shared.CheckAsync());
        Assert.NotEqual(master, shared.MasterId);
        (await shared.RunAsync("adit", ["-O", "exit"])).Succeeded();
    }

    [Fact]
    public async Task Background_EndsOnceForwardsStand_AndLetsGoOfItsStreams()
    {
        await using SharedConnection shared = await SharedConnection.StartAsync(fixture);
        int port = Ports.Free();
        ProcessResult went = (await shared.CaptureAsync("adit", ["-f", "-N", "-M", "-L", $"{port}:127.0.0.1:{fixture.Server.Target.Port}"])).Succeeded();
        Assert.Equal(("", ""), (went.Text, went.Errors));
        Assert.True(await shared.CheckAsync());
        string stat = await File.ReadAllTextAsync($"/proc/{shared.MasterId}/stat", TestContext.Current.CancellationToken);
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        Assert.Equal($"{shared.MasterId}", fields[3]); // a session of its own
        Assert.Equal("0", fields[4]); // and no terminal
        Assert.True(await SharedConnection.IsListeningAsync(ClientFixture.Loopback(port)));
        await ProcessRunner.RunAsync("kill", shared.MasterId.ToString());
        await SharedConnection.WaitAsync(() => Task.FromResult(!Directory.Exists($"/proc/{shared.MasterId}") && !File.Exists(shared.Path)));

        Assert.Equal("late\n", (await shared.RunAsync("adit", ["-f"], "sleep 1; echo late")).Succeeded().Text);
        ProcessResult failed = await shared.RunAsync("adit", ["-f", "-N", "-L", $"{fixture.Server.Target.Port}:127.0.0.1:1"]);
        Assert.Equal(255, failed.ExitCode);
        Assert.Contains("Address already in use", failed.Errors, StringComparison.Ordinal);
        ProcessResult nothing = await shared.RunAsync("adit", ["-f"]);
        Assert.Equal((255, "Cannot fork into background without a command to execute."), (nothing.ExitCode, nothing.Errors.Trim()));
    }
}
