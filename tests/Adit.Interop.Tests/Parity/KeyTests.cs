using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Parity;

/// <summary>key-options, cert-hostkey, cert-userkey, hostkey-rotate, agent, agent-restrict.</summary>
public sealed class KeyTests : ParityTest
{
    [Theory]
    [InlineData("command=\"echo forced $SSH_ORIGINAL_COMMAND\"", 0, "forced asked\n")]
    [InlineData("environment=\"WORD=given\",command=\"echo $WORD\"", 0, "given\n")]
    [InlineData("from=\"127.0.0.0/8\",command=\"echo in\"", 0, "in\n")]
    [InlineData("from=\"!127.0.0.1,127.0.0.0/8\"", 255, "")]
    [InlineData("from=\"192.0.2.1\"", 255, "")]
    [InlineData("expiry-time=\"20200101\"", 255, "")]
    [InlineData("expiry-time=\"29990101\",command=\"echo in\"", 0, "in\n")]
    [InlineData("restrict,pty,command=\"tty | cut -c 1-8\"", 0, "/dev/pts\r\n")]
    [InlineData("restrict,command=\"tty\"", 255, "")]
    [InlineData("no-pty,command=\"tty\"", 255, "")]
    public async Task KeyOptions_AreObeyed(string options, int status, string output)
    {
        foreach (string role in (string[])["client", "server"])
        {
            await using Pair pair = await StartAsync(role, new OpenSshServerOptions { Config = ["PermitUserEnvironment yes"], AuthorizedKeys = [$"{options} {Identity.PublicLine}"] });
            ProcessResult result = await pair.RunAsync(options.Contains("tty", StringComparison.Ordinal) ? ["-tt"] : [], "asked");
            Assert.Equal((role, status, output), (role, result.ExitCode, result.Text));
            bool isTerminal = options.Contains("tty", StringComparison.Ordinal);
            if (status == 255) Assert.Contains(isTerminal ? "PTY allocation request failed on channel 0" : "Permission denied (publickey)", result.Errors, StringComparison.Ordinal);
            if (isTerminal && status == 255) Assert.Equal("not a tty\n", (await pair.RunAsync([], "asked")).Text);
        }
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task CertHostKey_OfAKnownAuthority_IsEnough(string role)
    {
        SshKeyFile authority = await SshKeyFile.GenerateAsync(Folder, "authority"), stranger = await SshKeyFile.GenerateAsync(Folder, "stranger");
        SshKeyFile host = await SshKeyFile.GenerateAsync(Folder, "host"), revoked = await SshKeyFile.GenerateAsync(Folder, "revoked");
        foreach ((SshKeyFile key, SshKeyFile by, string[] options, string line, bool expected) in ((SshKeyFile, SshKeyFile, string[], string, bool)[])
        [
            (host, authority, ["-n", "127.0.0.1"], "@cert-authority *", true),
            (host, authority, [], "@cert-authority *", true),
            (host, authority, ["-n", "other"], "@cert-authority *", false),
            (host, authority, ["-n", "127.0.0.1"], "@cert-authority other", false),
            (host, authority, ["-n", "127.0.0.1", "-V", "-2h:-1h"], "@cert-authority *", false),
            (host, stranger, ["-n", "127.0.0.1"], "@cert-authority *", false),
            (revoked, authority, ["-n", "127.0.0.1"], "@cert-authority *", false),
        ])
        {
            (await ProcessRunner.RunAsync("ssh-keygen", ["-q", "-s", by.PrivatePath, "-I", "host", "-h", .. options, key.PublicPath])).Succeeded();
            await using Pair pair = await StartAsync(role, new OpenSshServerOptions { HostKeys = [key], Config = [$"HostCertificate {key.PrivatePath}-cert.pub"] });
            string known = Folder.Write("known", $"{line} {authority.PublicLine}\n@revoked * {revoked.PublicLine}\n");
            ProcessResult result = await pair.RunAsync(["-o", $"UserKnownHostsFile={known}"], "echo in");
            Assert.Equal((expected ? 0 : 255, expected ? "in\n" : ""), (result.ExitCode, result.Text));
        }
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task CertUserKey_IsLetIn_AsFarAsItSays(string role)
    {
        SshKeyFile authority = await SshKeyFile.GenerateAsync(Folder, "authority", "ecdsa"), user = await SshKeyFile.GenerateAsync(Folder, "user");
        string name = Environment.UserName;
        await using OpenSshServer trusted = await StartServerAsync(role, new OpenSshServerOptions { Config = ["AuthorizedKeysFile none", $"TrustedUserCAKeys {authority.PublicPath}"] });
        await using OpenSshServer byLine = await StartServerAsync(role, new OpenSshServerOptions { AuthorizedKeys = [$"cert-authority,principals=\"{name},special\" {authority.PublicLine}"] });
        foreach ((string[] options, string output, bool trustedLets, bool lineLets) in ((string[], string, bool, bool)[])
        [
            (["-n", name], "in\n", true, true),
            (["-n", "special"], "in\n", false, true),
            (["-n", "other"], "", false, false),
            (["-n", name, "-V", "-2h:-1h"], "", false, false),
            (["-n", name, "-h"], "", false, false),
            (["-n", name, "-O", "force-command=echo forced"], "forced\n", true, true),
            (["-n", name, "-O", "source-address=192.0.2.0/24"], "", false, false),
            (["-n", name, "-O", "critical:unknown@adit.test=x"], "", false, false),
            (["-n", name, "-O", "extension:unknown@adit.test"], "in\n", true, true),
        ])
        {
            (await ProcessRunner.RunAsync("ssh-keygen", ["-q", "-s", authority.PrivatePath, "-I", "user", .. options, user.PublicPath])).Succeeded();
            foreach ((OpenSshServer server, bool expected) in ((OpenSshServer, bool)[])[(trusted, trustedLets), (byLine, lineLets)])
            {
                using OpenSshClient client = Client(role, server.Target, user);
                ProcessResult result = await client.RunAsync([], "echo in");
                Assert.Equal((string.Join(' ', options), expected ? 0 : 255, expected ? output : ""), (string.Join(' ', options), result.ExitCode, result.Text));
            }
        }
    }

    /// <summary>A server that gets further keys, then loses its first: a client that learns follows it.</summary>
    [Theory]
    [MemberData(nameof(Roles))]
    public async Task HostKeyRotation_IsFollowed(string role)
    {
        SshKeyFile old = await SshKeyFile.GenerateAsync(Folder, "old"), ecdsa = await SshKeyFile.GenerateAsync(Folder, "ecdsa", "ecdsa"), rsa = await SshKeyFile.GenerateAsync(Folder, "rsa", "rsa", 3072);
        int port = Ports.Free();
        string name = $"[127.0.0.1]:{port}", known = Folder.Write("known", $"{name} {old.PublicKey}\n");
        await ConnectAsync([old, ecdsa], [old, ecdsa]);
        await ConnectAsync([old, ecdsa, rsa], [old, ecdsa, rsa]);
        await ConnectAsync([ecdsa, rsa], [ecdsa, rsa]);
        await ConnectAsync([rsa], [rsa]);

        async Task ConnectAsync(SshKeyFile[] has, SshKeyFile[] expected)
        {
            await using Pair pair = await StartAsync(role, new OpenSshServerOptions { HostKeys = has, Port = port });
            string want = string.Join('\n', expected.Select(k => $"{name} {k.PublicKey}").Order(StringComparer.Ordinal)) + "\n";
            string wanted = Folder.Write("wanted", want);
            (await pair.RunAsync(["-o", $"UserKnownHostsFile={known}", "-o", "UpdateHostKeys=yes"], $"for i in $(seq 100); do LC_ALL=C sort {known} | cmp -s - {wanted} && break; sleep 0.1; done")).Succeeded();
            Assert.Equal(want, string.Join('\n', (await File.ReadAllLinesAsync(known)).Order(StringComparer.Ordinal)) + "\n");
        }
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task Agent_IsForwardedWhereBothWant_AndItsSocketIsTheUsersAlone(string role)
    {
        PeerRequired.Installed("ssh-agent", "ssh-add");
        await using SshAgent agent = await SshAgent.StartAsync(Identity);
        Dictionary<string, string?> environment = new() { ["SSH_AUTH_SOCK"] = agent.SocketPath };
        await using Pair pair = await StartAsync(role, new OpenSshServerOptions(), environment, withIdentity: false);
        ProcessResult listed = (await pair.RunAsync(["-A"], "ssh-add -L; stat -c %a \"$SSH_AUTH_SOCK\" \"$(dirname \"$SSH_AUTH_SOCK\")\"; echo $SSH_AUTH_SOCK")).Succeeded();
        string[] lines = listed.Text.Split('\n');
        Assert.StartsWith(Identity.PublicKey, lines[0], StringComparison.Ordinal);
        Assert.Equal("700", lines[2]);
        await EventuallyAsync(() => !File.Exists(lines[3]), PeerProcess.Patience, () => $"{lines[3]} is still there");
        Assert.Equal("none\n", (await pair.RunAsync([], "echo ${SSH_AUTH_SOCK:-none}")).Succeeded().Text);
        Assert.Equal("none\n", (await pair.RunAsync(["-A", "-a"], "echo ${SSH_AUTH_SOCK:-none}")).Succeeded().Text);
        foreach ((string config, string option) in ((string, string)[])[("AllowAgentForwarding no", ""), ("DisableForwarding yes", ""), ("PermitTTY yes", "no-agent-forwarding"), ("PermitTTY yes", "restrict")])
        {
            await using Pair refusing = await StartAsync(role, new OpenSshServerOptions { Config = [config], AuthorizedKeys = [$"{option} {Identity.PublicLine}".TrimStart()] }, environment, withIdentity: false);
            Assert.Equal("none\n", (await refusing.RunAsync(["-A"], "echo ${SSH_AUTH_SOCK:-none}")).Succeeded().Text);
        }
    }

    /// <summary>Keys that may be used at named hosts only, and onwards from there: <c>adit sshd</c> lets ssh(1) do what sshd lets it. The client's role: AgentForwardTests.RestrictedKeys_AreUsableWhereTheyMay.</summary>
    [Fact]
    public async Task AgentRestriction_HoldsOverOurServers_AsOverOpenSshs()
    {
        PeerRequired.Installed("ssh-agent", "ssh-add");
        SshKeyFile alphaKey = await SshKeyFile.GenerateAsync(Folder, "alpha"), betaKey = await SshKeyFile.GenerateAsync(Folder, "beta");
        string names = Folder.Write("names", $"alpha {alphaKey.PublicKey}\nbeta {betaKey.PublicKey}\n");
        string[][] restrictions = [["-h", "alpha"], ["-h", "beta"], ["-h", "alpha", "-h", "alpha>beta"], ["-h", "alpha>beta"]];
        List<string>[] outcomes = await Task.WhenAll(OutcomesAsync("client"), OutcomesAsync("server"));
        Assert.Contains(outcomes[0], o => o.EndsWith(": ok", StringComparison.Ordinal));
        Assert.Contains(outcomes[0], o => o.EndsWith(": exit 255", StringComparison.Ordinal));
        Assert.Equal(outcomes[0], outcomes[1]);

        async Task<List<string>> OutcomesAsync(string role)
        {
            await using OpenSshServer alpha = await StartServerAsync(role, new OpenSshServerOptions { HostKeys = [alphaKey] }), beta = await StartServerAsync(role, new OpenSshServerOptions { HostKeys = [betaKey] });
            string config = Folder.Write($"config-{role}", $"""
                Host alpha beta
                    HostName 127.0.0.1
                    UserKnownHostsFile {names}
                    GlobalKnownHostsFile /dev/null
                    StrictHostKeyChecking yes
                    UpdateHostKeys no
                    BatchMode yes
                    IdentityFile none
                    User {alpha.Target.User}
                Host alpha
                    HostKeyAlias alpha
                    Port {alpha.Target.Port}
                Host beta
                    HostKeyAlias beta
                    Port {beta.Target.Port}
                """);
            string[][] ways = [["alpha", "echo ok"], ["beta", "echo ok"], ["-A", "alpha", $"ssh -F {config} beta echo ok"], ["-A", "alpha", $"ssh -F {config} alpha echo ok"]];
            var outcomes = new List<string>();
            foreach (string[] restriction in restrictions)
            {
                await using SshAgent agent = await SshAgent.StartAsync();
                await agent.AddAsync(Identity, [.. restriction, "-H", names]);
                for (int way = 0; way < ways.Length; way++)
                {
                    ProcessResult result = await ProcessRunner.RunAsync(new PeerStart
                    {
                        Program = "ssh",
                        Arguments = ["-F", config, .. ways[way]],
                        Environment = new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = agent.SocketPath },
                    });
                    outcomes.Add($"{string.Join(' ', restriction)}: way {way}: {(result.ExitCode == 0 ? result.Text.Trim() : $"exit {result.ExitCode}")}");
                }
            }

            return outcomes;
        }
    }
}
