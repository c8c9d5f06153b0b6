using Adit.Interop.Tests.Client;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Parity;

/// <summary>multiplex, and how ansible and editors use it, over <c>adit sshd</c>; SharingTests has the same over sshd.</summary>
public sealed class MultiplexTests(ClientFixture fixture) : IClassFixture<ClientFixture>
{
    [Theory]
    [InlineData("ssh")]
    [InlineData("adit")]
    public async Task Multiplex_OverOurServer_CarriesSessionsAndForwards(string program)
    {
        PeerRequired.Installed("scp", "sftp");
        await using SharedConnection shared = await SharedConnection.StartOverSshdAsync(fixture);
        await using StreamServer echo = StreamServer.Echo();
        PeerProcess master = await shared.StartMasterAsync(program, "-o", "SendEnv=WORD");
        ProcessResult[] many = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => shared.RunAsync(program, $"{i}", ["-o", "SetEnv=WORD=w"], $"cat; echo $WORD; echo err >&2; exit {i}")));
        Assert.All(many, (result, i) => Assert.Equal((i, $"{i}w\n", "err"), (result.ExitCode, result.Text, result.Errors.Trim())));
        Assert.Equal(4_000_000, (await shared.RunAsync(program, [], "head -c 4000000 /dev/zero")).Succeeded().Output.Length);
        Assert.Equal(255, (await shared.RunAsync(program, [], "kill -9 $$")).ExitCode);
        Assert.Equal("hi", (await shared.RunAsync(program, "hi", ["-W", $"127.0.0.1:{echo.Port}"])).Succeeded().Text);

        int local = Ports.Free();
        (await shared.RunAsync(program, ["-O", "forward", "-L", $"{local}:127.0.0.1:{echo.Port}"])).Succeeded();
        int remote = int.Parse((await shared.RunAsync(program, ["-O", "forward", "-R", $"0:127.0.0.1:{echo.Port}"])).Succeeded().Text);
        foreach (int port in (int[])[local, remote]) Assert.Equal((SeededOctets.Digest(2, 500_000), 500_000L), await StreamProbe.EchoAsync(ClientFixture.Loopback(port), 500_000, 2));
        (await shared.RunAsync(program, ["-O", "cancel", "-R", $"0:127.0.0.1:{echo.Port}", "-L", $"{local}:127.0.0.1:{echo.Port}"])).Succeeded();
        foreach (int port in (int[])[local, remote]) await SharedConnection.WaitAsync(async () => !await SharedConnection.IsListeningAsync(ClientFixture.Loopback(port)));
        Assert.Equal("Exit request sent.", (await shared.RunAsync(program, ["-O", "exit"])).Succeeded().Errors.Trim());
        Assert.Equal(255, await master.WaitForExitAsync());
    }

    /// <summary>As ansible's ssh connection does it: options and all, a file by sftp, a module run on a terminal, several at once.</summary>
    [Theory]
    [InlineData("ssh", true)]
    [InlineData("adit", true)]
    [InlineData("adit", false)]
    public async Task Ansible_ItsWayOfSharing_LeavesOneMasterBehind(string program, bool overOurs)
    {
        PeerRequired.Installed("sftp");
        await using SharedConnection shared = overOurs ? await SharedConnection.StartOverSshdAsync(fixture) : await SharedConnection.StartAsync(fixture);
        string[] options =
        [
            "-C", "-o", "ControlMaster=auto", "-o", "ControlPersist=60s", "-o", "KbdInteractiveAuthentication=no",
            "-o", "PreferredAuthentications=gssapi-with-mic,gssapi-keyex,hostbased,publickey", "-o", "PasswordAuthentication=no", "-o", "ConnectTimeout=10",
        ];
        Assert.StartsWith("/", (await shared.RunAsync(program, options, "/bin/sh -c 'echo ~ && sleep 0'")).Succeeded().Text, StringComparison.Ordinal);
        Assert.True(await shared.CheckAsync());
        int master = shared.MasterId;
        string work = shared.Folder["work"];
        Assert.Equal($"made={work}\n", (await shared.RunAsync(program, options, $"/bin/sh -c '( umask 77 && mkdir -p {work} && echo made={work} ) && sleep 0'")).Succeeded().Text);
        string module = shared.Folder.Write("module", "#!/bin/sh\necho '{\"changed\": false}'\nexit 0\n");
        PeerStart put = shared.Command(program, [.. options, "-s"], "sftp");
        string wrapper = shared.Folder.Write("wrapper", $"#!/bin/sh\nexec {put.Program} {string.Join(' ', put.Arguments.Select(a => $"'{a}'"))}\n");
        string batch = shared.Folder.Write("batch", $"put {module} {work}/module\n");
        File.SetUnixFileMode(wrapper, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        (await ProcessRunner.RunAsync(new PeerStart { Program = "sftp", Arguments = ["-b", batch, "-S", wrapper, "peer"], Environment = put.Environment })).Succeeded();
        (await shared.RunAsync(program, options, $"/bin/sh -c 'chmod u+x {work} {work}/module && sleep 0'")).Succeeded();
        ProcessResult run = (await shared.RunAsync(program, [.. options, "-tt"], $"/bin/sh -c '{work}/module && sleep 0'")).Succeeded();
        Assert.Equal("{\"changed\": false}", run.Text.TrimEnd()); // ssh(1) sends no modes where nobody has a terminal, so that its line ends stay bare
        ProcessResult[] many = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => shared.RunAsync(program, options, $"/bin/sh -c 'echo {i}; exit {i}'")));
        Assert.All(many, (result, i) => Assert.Equal((i, $"{i}\n"), (result.ExitCode, result.Text)));
        Assert.True(await shared.CheckAsync());
        Assert.Equal(master, shared.MasterId);
        (await shared.RunAsync(program, ["-O", "exit"])).Succeeded();
        await SharedConnection.WaitAsync(() => Task.FromResult(!Directory.Exists($"/proc/{master}")));
    }

    /// <summary>As VS Code does it: a script on standard input over -T with markers in its output, a SOCKS listener beside it through which it then works, at once. ToolTests has it for our client over sshd.</summary>
    [Theory]
    [InlineData("ssh")]
    [InlineData("adit")]
    public async Task Editor_ShellAndSocksAtOnce_OverOurServer(string program)
    {
        PeerRequired.Installed("curl");
        await using SharedConnection shared = await SharedConnection.StartOverSshdAsync(fixture);
        int port = Ports.Free();
        await using PeerProcess shell = await PeerProcess.StartAsync(shared.Command(program, ["-S", "none", "-T", "-D", $"{port}"], "sh"));
        await shell.StandardInput.WriteAsync("echo mark$((1+1)):running\nuname -s\necho mark3:end\n"u8.ToArray());
        await shell.WaitForOutputLineAsync(l => l == "mark2:running", "the first marker");
        await shell.WaitForOutputLineAsync(l => l == "mark3:end", "the last marker");
        await using StreamServer web = StreamServer.Http(1_000_000, 3);
        Task<(string, long)>[] fetching = [.. Enumerable.Range(0, 4).Select(_ => Curl.GetAsync($"http://127.0.0.1:{web.Port}/", $"socks5h://127.0.0.1:{port}"))];
        await shell.StandardInput.WriteAsync("for i in 1 2 3 4 5; do echo line$i; done\n"u8.ToArray());
        await shell.WaitForOutputLineAsync(l => l == "line5", "what it printed meanwhile");
        Assert.All(await Task.WhenAll(fetching), got => Assert.Equal((SeededOctets.Digest(3, 1_000_000), 1_000_000L), got));
        await shell.StandardInput.WriteAsync("exit 5\n"u8.ToArray());
        Assert.Equal(5, await shell.WaitForExitAsync());
    }
}
