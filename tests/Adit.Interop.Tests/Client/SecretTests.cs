using Adit.Core;
using Adit.Ssh.Authentication;
using Adit.Ssh.Client;
using Adit.Ssh.Keys;
using Adit.TestKit.Peers;
using Adit.Wire.Ssh;

namespace Adit.Interop.Tests.Client;

/// <summary>Passwords and keyboard-interactive, to a server of AsyncSSH's.</summary>
public sealed class SecretTests
{
    [Theory]
    [InlineData("password")]
    [InlineData("keyboard-interactive")]
    public async Task RightSecret_LetsIn_AfterAWrongOne(string method)
    {
        PeerRequired.Installed(PeerRequired.AsyncSsh, "ssh-keygen");
        (PythonPeer server, SshTarget target) = await PythonPeer.StartServerAsync("asyncssh_secrets", [method]);
        await using PythonPeer running = server;
        var secrets = new Secrets(["queen", "wonderland"]);

        await using SshClient ssh = await SshClient.ConnectAsync(Options(target, secrets));

        Assert.Equal("let in\n", (await ssh.ExecuteAsync("anything")).Text);
        Assert.Equal(method == "password" ? ["password 0", "password 1"] : ["Two questions: Password: , Code: ", "Two questions: Password: , Code: "], secrets.Asked);
    }

    [Theory]
    [InlineData("password")]
    [InlineData("keyboard-interactive")]
    public async Task WrongSecret_IsRefusedAfterThreeTries(string method)
    {
        PeerRequired.Installed(PeerRequired.AsyncSsh, "ssh-keygen");
        (PythonPeer server, SshTarget target) = await PythonPeer.StartServerAsync("asyncssh_secrets", [method]);
        await using PythonPeer running = server;
        var secrets = new Secrets(["queen", "king", "knave", "wonderland"]);

        TunnelException e = await Assert.ThrowsAsync<TunnelException>(() => SshClient.ConnectAsync(Options(target, secrets)));

        Assert.Equal(TunnelError.AuthenticationFailed, e.Error);
        Assert.Contains($"Permission denied ({method})", e.Message, StringComparison.Ordinal);
        Assert.Equal(3, secrets.Asked.Count);
    }

    [Fact]
    public async Task Prompt_IsAnsweredOnTheTerminal()
    {
        PeerRequired.Installed(PeerRequired.AsyncSsh, "ssh-keygen", "sshpass");
        (PythonPeer server, SshTarget target) = await PythonPeer.StartServerAsync("asyncssh_secrets", ["password"]);
        await using PythonPeer running = server;
        using PeerFolder folder = new("prompt");
        string knownHosts = folder.Write("known_hosts", target.KnownHosts);

        // sshpass waits on a terminal of its own for the words "assword:" and types the answer.
        ProcessResult result = await ProcessRunner.RunAsync(
            "sshpass", "-p", "wonderland", AditProgram.ExecutablePath, "ssh", "-F", "none", "-o", $"UserKnownHostsFile={knownHosts}", "-p", $"{target.Port}", $"alice@{target.Host}", "anything");

        Assert.Equal("let in\n", result.Text);
        Assert.Equal(0, result.ExitCode);
    }

    private static SshClientOptions Options(SshTarget target, IPasswordSource secrets) => new()
    {
        Host = target.Host,
        Port = target.Port,
        User = "alice",
        Passwords = secrets,
        HostKeys = new KnownHostsPolicy(KnownHosts.FromLines(target.KnownHosts.Split('\n'), "the fixture's")),
    };

    private sealed class Secrets(string[] passwords) : IPasswordSource
    {
        public List<string> Asked { get; } = [];

        public ValueTask<string?> GetPasswordAsync(string user, string host, int attempt, CancellationToken cancellationToken)
        {
            Asked.Add($"password {attempt}");
            return ValueTask.FromResult<string?>(passwords[Asked.Count - 1]);
        }

        public ValueTask<string[]?> AnswerAsync(string name, string instruction, IReadOnlyList<UserauthPrompt> prompts, CancellationToken cancellationToken)
        {
            Asked.Add($"{name}: {string.Join(", ", prompts.Select(p => p.Text))}");
            return ValueTask.FromResult<string[]?>([passwords[Asked.Count - 1], "42"]);
        }
    }
}
