using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Client;

/// <summary>Programs that run ssh(1) and are told to run ours: scp, sftp, rsync, git, autossh.</summary>
public sealed class ToolTests(ClientFixture fixture) : IClassFixture<ClientFixture>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CopyTools_WorkOverOurProgram(bool shares)
    {
        PeerRequired.Installed("scp", "sftp", "rsync", "git");
        await using SharedConnection shared = await SharedConnection.StartAsync(fixture);
        (string program, PeerStart start) = Wrap(shared, shares);
        PeerFolder folder = shared.Folder;
        string file = folder.Write("file", new string('x', 300_000));
        await RunAsync("scp", "-S", program, file, $"peer:{folder["by-scp"]}");
        await RunAsync("scp", "-O", "-S", program, $"peer:{file}", folder["by-old-scp"]);
        string batch = folder.Write("batch", $"put {file} {folder["by-sftp"]}\nls {folder.Path}\n");
        await RunAsync("sftp", "-S", program, "-b", batch, "peer");
        await RunAsync("rsync", "-a", "-e", program, file, $"peer:{folder["by-rsync"]}");
        await RunAsync("git", "init", "-q", "--bare", folder["repository"]);
        await RunAsync("git", "init", "-q", folder["work"]);
        await RunAsync("git", "-C", folder["work"], "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "one");
        await RunAsync("git", "-C", folder["work"], "push", "-q", $"peer:{folder["repository"]}", "HEAD:refs/heads/main");
        await RunAsync("git", "clone", "-q", "-b", "main", $"peer:{folder["repository"]}", folder["clone"]);
        foreach (string copy in (string[])["by-scp", "by-old-scp", "by-sftp", "by-rsync"]) Assert.Equal(300_000, new FileInfo(folder[copy]).Length);
        Assert.True(Directory.Exists(folder["clone/.git"]));
        if (shares) Assert.True(await shared.CheckAsync()); // one connection for all of them

        async Task RunAsync(string tool, params string[] arguments) => (await ProcessRunner.RunAsync(new PeerStart
        {
            Program = tool,
            Arguments = arguments,
            Environment = new Dictionary<string, string?>(start.Environment) { ["GIT_SSH"] = program, ["GIT_SSH_VARIANT"] = "ssh" },
        })).Succeeded();
    }

    [Fact]
    public async Task Autossh_StartsOurProgramAgain()
    {
        PeerRequired.Installed("autossh");
        await using SharedConnection shared = await SharedConnection.StartAsync(fixture);
        (string program, PeerStart start) = Wrap(shared, shares: false);
        int port = Ports.Free();
        await using PeerProcess autossh = await PeerProcess.StartAsync(new PeerStart
        {
            Program = "autossh",
            Arguments = ["-M", "0", "-N", "-L", $"{port}:127.0.0.1:{fixture.Server.Target.Port}", "peer"],
            Environment = new Dictionary<string, string?>(start.Environment) { ["AUTOSSH_PATH"] = program, ["AUTOSSH_GATETIME"] = "0", ["AUTOSSH_POLL"] = "10" },
        });
        await SharedConnection.WaitAsync(() => SharedConnection.IsListeningAsync(ClientFixture.Loopback(port)));
        string first = await ChildAsync();
        await ProcessRunner.RunAsync("kill", "-9", first);
        await SharedConnection.WaitAsync(async () => await ChildAsync() is { Length: > 0 } next && next != first && await SharedConnection.IsListeningAsync(ClientFixture.Loopback(port)));

        async Task<string> ChildAsync() => (await File.ReadAllTextAsync($"/proc/{autossh.Id}/task/{autossh.Id}/children")).Trim();
    }

    /// <summary>autossh sends a word to an echo by a forward, and starts anew who does not bring it.</summary>
    [Fact]
    public async Task Autossh_WatchesByItsMonitoringPort()
    {
        PeerRequired.Installed("autossh");
        await using SharedConnection shared = await SharedConnection.StartAsync(fixture);
        (string program, PeerStart start) = Wrap(shared, shares: false);
        await using StreamServer echo = StreamServer.Echo();
        await using PeerProcess autossh = await PeerProcess.StartAsync(new PeerStart
        {
            Program = "autossh",
            Arguments = ["-M", $"{Ports.Free()}:{echo.Port}", "-N", "peer"],
            Environment = new Dictionary<string, string?>(start.Environment) { ["AUTOSSH_PATH"] = program, ["AUTOSSH_GATETIME"] = "0", ["AUTOSSH_POLL"] = "3", ["AUTOSSH_DEBUG"] = "1" },
        });
        await autossh.WaitForErrorLineAsync(l => l.EndsWith("connection ok", StringComparison.Ordinal), "word that it came around");
        string first = (await File.ReadAllTextAsync($"/proc/{autossh.Id}/task/{autossh.Id}/children", TestContext.Current.CancellationToken)).Trim();
        await ProcessRunner.RunAsync("kill", "-STOP", first);
        await autossh.WaitForErrorLineAsync(l => l.EndsWith("port down, restarting ssh", StringComparison.Ordinal), "word that it did not");
        await ProcessRunner.RunAsync("kill", "-CONT", first);
        await SharedConnection.WaitAsync(() => Task.FromResult(autossh.Errors.Text.Split("port down")[^1].Contains("connection ok", StringComparison.Ordinal)));
    }

    /// <summary>As an editor does it: a shell over -T with markers in its output, and a SOCKS listener beside it.</summary>
    [Fact]
    public async Task ScriptOnStandardInput_AnswersWithItsMarkers_WhileForwardsServe()
    {
        await using SharedConnection shared = await SharedConnection.StartAsync(fixture);
        int port = Ports.Free();
        await using PeerProcess shell = await PeerProcess.StartAsync(shared.Command("adit", ["-T", "-D", $"{port}"], "sh"));
        await shell.StandardInput.WriteAsync("echo mark$((1+1)):running\nuname -s\necho mark3:end\n"u8.ToArray());
        await shell.WaitForOutputLineAsync(l => l == "mark2:running", "the first marker");
        await shell.WaitForOutputLineAsync(l => l == "mark3:end", "the last marker");
        await using StreamServer web = StreamServer.Http(100_000, 3);
        Assert.Equal((SeededOctets.Digest(3, 100_000), 100_000L), await Curl.GetAsync($"http://127.0.0.1:{web.Port}/", $"socks5h://127.0.0.1:{port}"));
        await shell.StandardInput.WriteAsync("exit 5\n"u8.ToArray());
        Assert.Equal(5, await shell.WaitForExitAsync());
    }

    /// <summary>The shell waits for both ends of its pipeline, so for the command at the server too.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OutputThatNobodyTakes_EndsTheCommand_ButErrorsDoNot(bool shares)
    {
        await using SharedConnection shared = await SharedConnection.StartAsync(fixture);
        if (shares) await shared.StartMasterAsync("adit");
        Assert.Equal("y\n", (await RunAsync("\"$@\" | head -1", "yes")).Text);
        Assert.Equal("done\n", (await RunAsync("\"$@\" 2> /dev/full", "head -c 20000000 /dev/zero >&2; echo done")).Succeeded().Text);

        Task<ProcessResult> RunAsync(string script, string command)
        {
            PeerStart start = shared.Command("adit", [], command);
            return ProcessRunner.RunAsync(start with { Program = "sh", Arguments = ["-c", script, "sh", start.Program, .. start.Arguments] });
        }
    }

    /// <summary>A program in ssh's place, and a host named "peer".</summary>
    private static (string Program, PeerStart Start) Wrap(SharedConnection shared, bool shares)
    {
        PeerStart start = shared.Command("adit", shares ? ["-o", "ControlMaster=auto", "-o", "ControlPersist=60"] : ["-S", "none"]);
        // All but the destination, which stands last.
        string options = string.Join(' ', start.Arguments.SkipLast(1).Append("-oHostName=127.0.0.1").Select(a => $"'{a}'"));
        string program = shared.Folder.Write("program", $"#!/bin/sh\nexec {start.Program} {options} \"$@\"\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return (program, start);
    }
}
