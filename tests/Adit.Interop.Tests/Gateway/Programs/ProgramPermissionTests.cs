using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Gateway.Programs;

/// <summary>What the configuration and the key withhold from programs, as ssh(1) shows it to its user.</summary>
public sealed class ProgramPermissionTests : ProgramTest
{
    [Theory]
    [InlineData("no-pty")]
    [InlineData("restrict")]
    public async Task Terminal_IsRefused_ByTheKey(string option)
    {
        await using AditGateway gateway = await StartGatewayAsync(option);
        using OpenSshClient client = new(gateway.Target, Identity);
        // ssh(1) gives up then.
        ProcessResult result = await client.RunAsync(["-tt"], "tty");
        Assert.Equal((255, ""), (result.ExitCode, result.Text));
        Assert.Contains("PTY allocation request failed on channel 0", result.Errors, StringComparison.Ordinal);
        await gateway.WaitForLogAsync("pty-req: refused");
    }

    [Fact]
    public async Task ForcedCommand_KnowsWhatWasAskedFor()
    {
        await using AditGateway gateway = await StartGatewayAsync("command=\"echo forced $SSH_ORIGINAL_COMMAND\",environment=\"EVIL=1\"");
        using OpenSshClient client = new(gateway.Target, Identity);
        Assert.Equal("forced id -u\n", (await client.RunAsync([], "id -u")).Text);
        Assert.Equal("forced\n", (await client.RunAsync([])).Text);
    }

    [Fact]
    public async Task Environment_OfTheKey_IsNotSet()
    {
        await using AditGateway gateway = await StartGatewayAsync("environment=\"EVIL=1\"");
        using OpenSshClient client = new(gateway.Target, Identity);
        Assert.Equal("[]\n", (await client.RunAsync([], "echo \"[$EVIL]\"")).Text);
    }

    [Fact]
    public async Task WhatTheConfigurationWithholds_IsRefused()
    {
        await using AditGateway gateway = await StartOnlyAsync("", "shell: true");
        using OpenSshClient client = new(gateway.Target, Identity);
        ProcessResult command = await client.RunAsync([], "id");
        Assert.Equal(255, command.ExitCode);
        Assert.Contains("exec request failed on channel 0", command.Errors, StringComparison.Ordinal);
        Assert.Contains("subsystem request failed on channel 0", (await client.RunAsync(["-s"], "sftp")).Errors, StringComparison.Ordinal);
        ProcessResult shell = await ProcessRunner.RunAsync(client.Command(["-T"]), "echo shell; exit 4\n"u8.ToArray());
        Assert.Equal((4, "shell\n"), (shell.ExitCode, shell.Text));
    }

    [Fact]
    public async Task Agent_IsReached_AndItsSocketRemoved()
    {
        PeerRequired.Installed("ssh-agent", "ssh-add");
        await using AditGateway gateway = await StartGatewayAsync();
        await using SshAgent agent = await SshAgent.StartAsync(Identity);
        using OpenSshClient client = new(gateway.Target, Identity) { Environment = new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = agent.SocketPath } };
        ProcessResult result = await client.RunAsync(["-A"], "echo $SSH_AUTH_SOCK; stat -c %a $(dirname $SSH_AUTH_SOCK) $SSH_AUTH_SOCK; ssh-add -L");
        string[] lines = result.Text.Split('\n');
        Assert.Equal(["700", "600"], lines[1..3]);
        Assert.StartsWith(string.Join(' ', Identity.PublicLine.Split(' ')[..2]), lines[3], StringComparison.Ordinal);
        await EventuallyAsync(() => !Directory.Exists(Path.GetDirectoryName(lines[0])), PeerProcess.Patience, () => "the agent's folder stays");
        // Not asked for, or not permitted: none.
        Assert.Equal("[]\n", (await client.RunAsync(["-a"], "echo \"[$SSH_AUTH_SOCK]\"")).Text);
        await using AditGateway strict = await StartGatewayAsync("no-agent-forwarding");
        using OpenSshClient refused = new(strict.Target, Identity) { Environment = client.Environment };
        Assert.Equal("[]\n", (await refused.RunAsync(["-A"], "echo \"[$SSH_AUTH_SOCK]\"")).Text);
    }

    [Fact]
    public async Task LoginMode_RunsAsTheAccount_WhoseOwnFileHasTheKey()
    {
        PeerRequired.Installed(PeerRequired.Root, "useradd", "userdel");
        string name = $"adit{Environment.ProcessId}";
        (await ProcessRunner.RunAsync("useradd", "-m", "-s", "/bin/sh", name)).Succeeded();
        try
        {
            await using AditGateway gateway = await StartOnlyAsync("", "exec: true", "shell: login", "pty: true");
            using OpenSshClient client = new(gateway.Target with { User = name }, Identity);
            ProcessResult stranger = await client.RunAsync([], "id");
            Assert.Equal(1, stranger.ExitCode);
            Assert.Contains("not in the authorized_keys of that account", stranger.Errors, StringComparison.Ordinal);
            string folder = $"/home/{name}/.ssh";
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            await File.WriteAllTextAsync($"{folder}/authorized_keys", Identity.PublicLine + "\n");
            (await ProcessRunner.RunAsync("chown", "-R", $"{name}:{name}", folder)).Succeeded();
            ProcessResult own = await client.RunAsync([], "id -un; id -Gn; pwd; echo $HOME; touch /root/adit-was-here; cat /etc/shadow");
            Assert.Equal($"{name}\n{name}\n/home/{name}\n/home/{name}\n", own.Text);
            Assert.Equal(2, own.Errors.Split("Permission denied").Length - 1);
            ProcessResult terminal = await client.RunAsync(["-tt"], "stat -c '%U %G %a' $(tty); id -u");
            Assert.StartsWith($"{name} tty 620", terminal.Text, StringComparison.Ordinal);
            // What the account's own line withholds counts too.
            await File.WriteAllTextAsync($"{folder}/authorized_keys", $"command=\"echo only this\" {Identity.PublicLine}\n");
            Assert.Equal("only this\n", (await client.RunAsync([], "id")).Text);
        }
        finally
        {
            await ProcessRunner.RunAsync("userdel", "-r", name);
        }
    }
}
