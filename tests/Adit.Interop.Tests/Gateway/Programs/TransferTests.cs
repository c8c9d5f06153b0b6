using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Gateway.Programs;

/// <summary>The programs that run over ssh, and other clients than OpenSSH's.</summary>
public sealed class TransferTests : ProgramTest
{
    [Fact]
    public async Task Scp_AndSftp_CopyBothWays()
    {
        PeerRequired.Installed("scp", "sftp");
        await using AditGateway gateway = await StartGatewayAsync();
        using OpenSshClient client = new(gateway.Target, Identity);
        byte[] octets = Octets(Folder["source"]);
        string[] options = ["-F", client.ConfigFile, "-P", $"{gateway.Target.Port}", "-i", Identity.PrivatePath];
        string place = $"{gateway.Target.User}@{gateway.Target.Host}";
        (await ProcessRunner.RunAsync("scp", [.. options, Folder["source"], $"{place}:{Folder["up"]}"])).Succeeded();
        (await ProcessRunner.RunAsync("scp", [.. options, $"{place}:{Folder["up"]}", Folder["down"]])).Succeeded();
        Assert.Equal(octets, await File.ReadAllBytesAsync(Folder["down"]));
        // -O: scp's own protocol, which is a command.
        (await ProcessRunner.RunAsync("scp", ["-O", .. options, Folder["source"], $"{place}:{Folder["old"]}"])).Succeeded();
        Assert.Equal(octets, await File.ReadAllBytesAsync(Folder["old"]));
        string batch = Folder.Write("batch", $"put {Folder["source"]} {Folder["sftp"]}\nls -l {Folder["sftp"]}\nget {Folder["sftp"]} {Folder["back"]}\n");
        (await ProcessRunner.RunAsync("sftp", [.. options, "-b", batch, place])).Succeeded();
        Assert.Equal(octets, await File.ReadAllBytesAsync(Folder["back"]));
    }

    [Fact]
    public async Task Rsync_Copies_AndCopiesNothingTheSecondTime()
    {
        PeerRequired.Installed("rsync");
        await using AditGateway gateway = await StartGatewayAsync();
        using OpenSshClient client = new(gateway.Target, Identity);
        Directory.CreateDirectory(Folder["tree/deep"]);
        Octets(Folder["tree/deep/one"]);
        Octets(Folder["tree/two"]);
        string[] options = ["-a", "--stats", "-e", SshCommand(client), Folder["tree"] + "/", $"{gateway.Target.User}@{gateway.Target.Host}:{Folder["copy"]}/"];
        (await ProcessRunner.RunAsync("rsync", options)).Succeeded();
        Assert.Equal(await File.ReadAllBytesAsync(Folder["tree/deep/one"]), await File.ReadAllBytesAsync(Folder["copy/deep/one"]));
        ProcessResult again = (await ProcessRunner.RunAsync("rsync", options)).Succeeded();
        Assert.Contains("Number of regular files transferred: 0", again.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Git_ClonesAndPushes()
    {
        PeerRequired.Installed("git");
        await using AditGateway gateway = await StartGatewayAsync();
        using OpenSshClient client = new(gateway.Target, Identity);
        Dictionary<string, string?> environment = new()
        {
            ["GIT_SSH_COMMAND"] = SshCommand(client), ["HOME"] = Folder.Path, ["GIT_CONFIG_NOSYSTEM"] = "1", ["SSH_AUTH_SOCK"] = null,
            ["GIT_AUTHOR_NAME"] = "a", ["GIT_AUTHOR_EMAIL"] = "a@b", ["GIT_COMMITTER_NAME"] = "a", ["GIT_COMMITTER_EMAIL"] = "a@b",
        };
        await GitAsync(Folder.Path, "init", "-q", "--bare", "-b", "main", "origin.git");
        string url = $"ssh://{gateway.Target.User}@{gateway.Target.Host}:{gateway.Target.Port}{Folder["origin.git"]}";
        await GitAsync(Folder.Path, "clone", "-q", url, "first");
        Octets(Folder["first/file"]);
        await GitAsync(Folder["first"], "add", "file");
        await GitAsync(Folder["first"], "commit", "-q", "-m", "one");
        await GitAsync(Folder["first"], "push", "-q", "origin", "HEAD:main");
        await GitAsync(Folder.Path, "clone", "-q", "-b", "main", url, "second");
        Assert.Equal(await File.ReadAllBytesAsync(Folder["first/file"]), await File.ReadAllBytesAsync(Folder["second/file"]));

        async Task GitAsync(string folder, params string[] arguments) =>
            (await ProcessRunner.RunAsync(new PeerStart { Program = "git", Arguments = arguments, WorkingDirectory = folder, Environment = environment })).Succeeded();
    }

    [Fact]
    public async Task Plink_RunsCommands()
    {
        PeerRequired.Installed("plink", "puttygen");
        await using AditGateway gateway = await StartGatewayAsync();
        using Plink plink = await Plink.CreateAsync(gateway.Target, Identity);
        ProcessResult result = await ProcessRunner.RunAsync(plink.Command([], "cat; echo err >&2; exit 42"), "input\n"u8.ToArray());
        Assert.Equal((42, "input\n", "err"), (result.ExitCode, result.Text, result.Errors.Trim()));
        ProcessResult terminal = await ProcessRunner.RunAsync(plink.Command(["-t"], "test -t 0 && echo terminal"));
        Assert.Equal("terminal", terminal.Text.Trim());
    }

    [Fact]
    public async Task Paramiko_RunsManyCommandsAtOnce()
    {
        PeerRequired.Installed(PeerRequired.Paramiko);
        await using AditGateway gateway = await StartGatewayAsync("", "max-sessions: 20");
        string knownHosts = Folder.Write("known_hosts", gateway.Target.KnownHosts);
        ProcessResult result = await ProcessRunner.RunAsync(new PeerStart
        {
            Program = "/usr/bin/python3",
            Arguments =
            [
                Path.Combine(AppContext.BaseDirectory, "Peers", "paramiko_exec.py"), gateway.Target.Host, $"{gateway.Target.Port}", gateway.Target.User, Identity.PrivatePath, knownHosts, "16",
            ],
            Environment = new Dictionary<string, string?> { ["HOME"] = Folder.Path, ["PYTHONDONTWRITEBYTECODE"] = "1" },
        });
        Assert.Equal("16 right\n", result.Succeeded().Text);
    }

    private static byte[] Octets(string path)
    {
        byte[] octets = new byte[1_500_000];
        new Random(path.Length).NextBytes(octets);
        File.WriteAllBytes(path, octets);
        return octets;
    }
}
