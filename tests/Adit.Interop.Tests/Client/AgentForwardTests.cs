using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Client;

/// <summary>The agent goes along where it is asked to, and only as far as its keys permit; OpenSSH's client beside ours.</summary>
public sealed class AgentForwardTests(ClientFixture fixture) : IClassFixture<ClientFixture>
{
    [Fact]
    public async Task Agent_IsOffered_OnlyWhenAskedFor()
    {
        PeerRequired.Installed("sshd", "ssh-agent", "ssh-add");
        await using SshAgent agent = await SshAgent.StartAsync(fixture.Identity);
        using OpenSshClient client = fixture.Client(environment: new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = agent.SocketPath });
        string listed = (await client.RunAsync(["-A"], "ssh-add -L")).Succeeded().Text;
        Assert.Contains(fixture.Identity.PublicLine.Split(' ')[1], listed, StringComparison.Ordinal);
        Assert.Equal("none\n", (await client.RunAsync([], "echo ${SSH_AUTH_SOCK:-none}")).Succeeded().Text);
        Assert.Equal("none\n", (await client.RunAsync(["-A", "-a"], "echo ${SSH_AUTH_SOCK:-none}")).Succeeded().Text);
        Assert.Contains(fixture.Identity.PublicLine.Split(' ')[1], (await client.RunAsync(["-o", $"ForwardAgent={agent.SocketPath}", "-o", "IdentityAgent=none"], "ssh-add -L")).Succeeded().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agent_GoesThroughSeveralHosts()
    {
        PeerRequired.Installed("sshd", "ssh", "ssh-agent", "ssh-add");
        await using SshAgent agent = await SshAgent.StartAsync(fixture.Identity);
        using OpenSshClient client = fixture.Client(withIdentity: false, environment: new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = agent.SocketPath });
        string inner = string.Join(' ', ["ssh", .. client.Command(["-A"]).Arguments.Skip(1)]);
        Assert.Contains(fixture.Identity.PublicLine.Split(' ')[1], (await client.RunAsync(["-A"], $"{inner} ssh-add -L")).Succeeded().Text, StringComparison.Ordinal);
        string own = string.Join(' ', [AditProgram.ExecutablePath, .. client.Command(["-A"]).Arguments]);
        Assert.Contains(fixture.Identity.PublicLine.Split(' ')[1], (await client.RunAsync(["-A"], $"{own} ssh-add -L")).Succeeded().Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("yes", false)]
    [InlineData("1h", false)]
    [InlineData("confirm 1h", false)]
    [InlineData("yes", true)]
    public async Task Key_IsAddedToTheAgent_WhenItIsUsed(string words, bool encrypted)
    {
        PeerRequired.Installed("sshd", "ssh-agent", "ssh-add");
        using var folder = new PeerFolder("adding");
        SshKeyFile used = await SshKeyFile.GenerateAsync(folder, "used", passphrase: encrypted ? "open sesame" : "");
        string ask = folder.Write("ask", "#!/bin/sh\necho 'open sesame'\n");
        File.SetUnixFileMode(ask, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using OpenSshServer server = await OpenSshServer.StartAsync(new OpenSshServerOptions { AuthorizedKeys = [used.PublicLine] });
        await using SshAgent agent = await SshAgent.StartAsync();
        using var client = new OpenSshClient(server.Target, used)
        {
            Program = AditProgram.ExecutablePath,
            Verb = ["ssh"],
            Environment = new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = agent.SocketPath, ["HOME"] = folder.Path, ["SSH_ASKPASS"] = ask, ["SSH_ASKPASS_REQUIRE"] = "force" },
        };
        (await client.RunAsync(["-o", $"AddKeysToAgent={words}", "-o", "BatchMode=no"], "true")).Succeeded();
        ProcessResult listed = await ProcessRunner.RunAsync(new PeerStart { Program = "ssh-add", Arguments = ["-L"], Environment = client.Environment });
        Assert.StartsWith(used.PublicKey, listed.Succeeded().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RestrictedKeys_AreUsableWhereTheyMay()
    {
        PeerRequired.Installed("sshd", "ssh", "ssh-agent", "ssh-add");
        await using OpenSshServer alpha = await StartServerAsync();
        await using OpenSshServer beta = await StartServerAsync();
        string names = fixture.Folder.Write("names", $"{Named("alpha", alpha)}\n{Named("beta", beta)}\n");
        string config = fixture.Folder.Write("restricted", $"""
            Host alpha beta
                HostName 127.0.0.1
                UserKnownHostsFile {names}
                GlobalKnownHostsFile /dev/null
                StrictHostKeyChecking yes
                UpdateHostKeys no
                BatchMode yes
                IdentityFile none
                User root
            Host alpha
                HostKeyAlias alpha
                Port {alpha.Target.Port}
            Host beta
                HostKeyAlias beta
                Port {beta.Target.Port}
            """);

        string[][] restrictions = [[], ["-h", "alpha"], ["-h", "beta"], ["-h", "alpha", "-h", "alpha>beta"], ["-h", "alpha>beta"]];
        string[][] ways = [["alpha", "echo ok"], ["beta", "echo ok"], ["-A", "alpha", $"ssh -F {config} beta echo ok"], ["-A", "alpha", $"ssh -F {config} alpha echo ok"]];
        foreach (string[] restriction in restrictions)
        {
            await using SshAgent agent = await SshAgent.StartAsync();
            await agent.AddAsync(fixture.Identity, restriction.Length == 0 ? [] : [.. restriction, "-H", names]);
            foreach (string[] way in ways)
            {
                string theirs = await OutcomeAsync("ssh", [], way);
                string ours = await OutcomeAsync(AditProgram.ExecutablePath, ["ssh"], way);
                Assert.Equal($"{string.Join(' ', restriction)}: {string.Join(' ', way)}: {theirs}", $"{string.Join(' ', restriction)}: {string.Join(' ', way)}: {ours}");
            }

            async Task<string> OutcomeAsync(string program, string[] verb, string[] way)
            {
                ProcessResult result = await ProcessRunner.RunAsync(new PeerStart
                {
                    Program = program,
                    Arguments = [.. verb, "-F", config, .. way],
                    Environment = new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = agent.SocketPath, ["HOME"] = fixture.Folder.Path },
                });
                return result.ExitCode == 0 ? result.Text.Trim() : $"exit {result.ExitCode}";
            }
        }
    }

    private static string Named(string name, OpenSshServer server) => name + server.Target.KnownHosts[server.Target.KnownHosts.IndexOf(' ', StringComparison.Ordinal)..].Split('\n')[0];

    private Task<OpenSshServer> StartServerAsync() =>
        OpenSshServer.StartAsync(new OpenSshServerOptions { AuthorizedKeys = [fixture.Identity.PublicLine], HostKeyTypes = ["ed25519"] });
}
