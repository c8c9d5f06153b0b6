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
        ProcessResult curl = await ProcessRunner.RunAsync("curl", "-s", "--max-time", "10", "--socks5-hostname", $"127.0.0.1:{dynamic}", $"telnet://127.0.0.1:{fixture.Server.Target.Port}");
        Assert.StartsWith("SSH-2.0-OpenSSH", curl.Text, StringComparison.Ordinal);
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
        Assert.False(process.HasExited);
        await process.SignalAsync("TERM");
        await process.WaitForExitAsync();
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
        string[] auto = ["-o", "ControlMaster=auto", "-o", "ControlPersist=10s"];
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
