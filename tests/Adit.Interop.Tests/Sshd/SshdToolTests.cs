using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Sshd;

/// <summary>The programs that run over ssh(1), against <c>adit sshd</c>: scp, sftp, rsync, git, autossh.</summary>
public sealed class SshdToolTests : SshdTest
{
    [Theory]
    [InlineData("internal-sftp")]
    [InlineData("/usr/lib/openssh/sftp-server")]
    public async Task Scp_AndSftp_CopyBothWays(string subsystem)
    {
        PeerRequired.Installed("scp", "sftp");
        await using OpenSshServer server = await StartAsync($"Subsystem sftp {subsystem}");
        using OpenSshClient client = Client(server);
        byte[] octets = Write(Folder["source"]);
        string[] options = ["-F", client.ConfigFile, "-P", $"{server.Target.Port}", "-i", Identity.PrivatePath];
        string place = $"{server.Target.User}@{server.Target.Host}";
        (await ProcessRunner.RunAsync("scp", [.. options, "-p", Folder["source"], $"{place}:{Folder["up"]}"])).Succeeded();
        (await ProcessRunner.RunAsync("scp", [.. options, $"{place}:{Folder["up"]}", Folder["down"]])).Succeeded();
        // -O: scp's own protocol, which is a command; both ways, and a folder.
        (await ProcessRunner.RunAsync("scp", ["-O", .. options, Folder["source"], $"{place}:{Folder["old"]}"])).Succeeded();
        (await ProcessRunner.RunAsync("scp", ["-O", .. options, $"{place}:{Folder["old"]}", Folder["oldback"]])).Succeeded();
        Directory.CreateDirectory(Folder["tree/deep"]);
        Write(Folder["tree/deep/one"]);
        (await ProcessRunner.RunAsync("scp", ["-r", .. options, Folder["tree"], $"{place}:{Folder["copied"]}"])).Succeeded();
        string batch = Folder.Write("batch", $"put {Folder["source"]} {Folder["sftp"]}\nls -l {Folder["sftp"]}\nget {Folder["sftp"]} {Folder["back"]}\nrename {Folder["sftp"]} {Folder["renamed"]}\nchmod 600 {Folder["renamed"]}\n");
        (await ProcessRunner.RunAsync("sftp", [.. options, "-b", batch, place])).Succeeded();
        foreach (string copy in (string[])["up", "down", "old", "oldback", "copied/deep/one", "back", "renamed"]) Assert.Equal(octets, await File.ReadAllBytesAsync(Folder[copy]));
        ProcessResult missing = await ProcessRunner.RunAsync("scp", [.. options, $"{place}:{Folder["nosuch"]}", Folder["x"]]);
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("No such file", missing.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rsync_Copies_AndCopiesNothingTheSecondTime()
    {
        PeerRequired.Installed("rsync");
        await using OpenSshServer server = await StartAsync();
        using OpenSshClient client = Client(server);
        Directory.CreateDirectory(Folder["tree/deep"]);
        Write(Folder["tree/deep/one"]);
        Write(Folder["tree/two"]);
        string[] options = ["-a", "--stats", "-e", Command(client), Folder["tree"] + "/", $"{server.Target.User}@{server.Target.Host}:{Folder["copy"]}/"];
        (await ProcessRunner.RunAsync("rsync", options)).Succeeded();
        Assert.Equal(await File.ReadAllBytesAsync(Folder["tree/deep/one"]), await File.ReadAllBytesAsync(Folder["copy/deep/one"]));
        Assert.Contains("Number of regular files transferred: 0", (await ProcessRunner.RunAsync("rsync", options)).Succeeded().Text, StringComparison.Ordinal);
        (await ProcessRunner.RunAsync("rsync", "-a", "-e", Command(client), $"{server.Target.User}@{server.Target.Host}:{Folder["copy"]}/", Folder["back"])).Succeeded();
        Assert.Equal(await File.ReadAllBytesAsync(Folder["tree/two"]), await File.ReadAllBytesAsync(Folder["back/two"]));
    }

    [Fact]
    public async Task Git_ClonesPushesAndFetches()
    {
        PeerRequired.Installed("git");
        await using OpenSshServer server = await StartAsync();
        using OpenSshClient client = Client(server);
        Dictionary<string, string?> environment = new()
        {
            ["GIT_SSH_COMMAND"] = Command(client), ["HOME"] = Folder.Path, ["GIT_CONFIG_NOSYSTEM"] = "1", ["SSH_AUTH_SOCK"] = null,
            ["GIT_AUTHOR_NAME"] = "a", ["GIT_AUTHOR_EMAIL"] = "a@b", ["GIT_COMMITTER_NAME"] = "a", ["GIT_COMMITTER_EMAIL"] = "a@b",
        };
        await GitAsync(Folder.Path, "init", "-q", "--bare", "-b", "main", "origin.git");
        string url = $"ssh://{server.Target.User}@{server.Target.Host}:{server.Target.Port}{Folder["origin.git"]}";
        await GitAsync(Folder.Path, "clone", "-q", url, "first");
        Write(Folder["first/file"]);
        await GitAsync(Folder["first"], "add", "file");
        await GitAsync(Folder["first"], "commit", "-q", "-m", "one");
        await GitAsync(Folder["first"], "push", "-q", "origin", "HEAD:main");
        await GitAsync(Folder.Path, "clone", "-q", "-b", "main", url, "second");
        Assert.Equal(await File.ReadAllBytesAsync(Folder["first/file"]), await File.ReadAllBytesAsync(Folder["second/file"]));
        await GitAsync(Folder["first"], "commit", "-q", "--allow-empty", "-m", "two");
        await GitAsync(Folder["first"], "push", "-q", "origin", "HEAD:main");
        await GitAsync(Folder["second"], "fetch", "-q");
        Assert.Equal("two", (await GitAsync(Folder["second"], "log", "-1", "--format=%s", "origin/main")).Text.Trim());

        async Task<ProcessResult> GitAsync(string folder, params string[] arguments) =>
            (await ProcessRunner.RunAsync(new PeerStart { Program = "git", Arguments = arguments, WorkingDirectory = folder, Environment = environment })).Succeeded();
    }

    [Fact]
    public async Task Autossh_ComesBack_WhenTheConnectionIsLost()
    {
        PeerRequired.Installed("autossh");
        await using OpenSshServer server = await StartAsync();
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = Client(server);
        int port = Ports.Free();
        PeerStart start = client.Command(["-M", "0", "-N", "-R", $"127.0.0.1:{port}:127.0.0.1:{echo.Port}"]);
        await using PeerProcess autossh = await PeerProcess.StartAsync(start with
        {
            Program = "autossh",
            // autossh takes its own option first, then hands on the rest.
            Arguments = ["-M", "0", .. start.Arguments.Where((a, i) => !(a == "-M" || (i > 0 && start.Arguments[i - 1] == "-M")))],
            Environment = new Dictionary<string, string?>(start.Environment) { ["AUTOSSH_GATETIME"] = "0", ["AUTOSSH_POLL"] = "10" },
        });
        await Readiness.WaitForListenerAsync(Loopback(port), autossh);
        await AssertEchoAsync(Loopback(port));
        string first = Child();
        (await ProcessRunner.RunAsync("kill", "-9", first)).Succeeded();
        await EventuallyAsync(() => Child() is { Length: > 0 } next && next != first, PeerProcess.Patience, () => "autossh started nothing anew");
        // The listener of the connection that was lost may still accept one before the server has seen its end.
        DateTime deadline = DateTime.UtcNow + PeerProcess.Patience;
        while (!await EchoesAsync(port)) Assert.True(DateTime.UtcNow < deadline, autossh.Errors.Text);

        string Child() => File.ReadAllText($"/proc/{autossh.Id}/task/{autossh.Id}/children").Trim();
    }

    private static async Task<bool> EchoesAsync(int port)
    {
        try
        {
            return await StreamProbe.EchoAsync(Loopback(port), Mebi, Seed) == (SeededOctets.Digest(Seed, Mebi), Mebi);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    private static string Command(OpenSshClient client)
    {
        PeerStart start = client.Command([]);
        return string.Join(' ', [start.Program, .. start.Arguments.SkipLast(1)]);
    }

    private static byte[] Write(string path)
    {
        byte[] octets = new byte[500_000];
        new SeededOctets(Seed).Fill(octets);
        File.WriteAllBytes(path, octets);
        return octets;
    }
}
