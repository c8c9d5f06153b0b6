using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Client;

/// <summary>Who may log in where: identities, agent, host keys, and the words and exit codes of ssh(1).</summary>
public sealed class LoginTests(ClientFixture fixture) : IClassFixture<ClientFixture>
{
    [Fact]
    public async Task Command_PassesOutputsAndStatusOn()
    {
        using OpenSshClient client = fixture.Client();
        ProcessResult result = await client.RunAsync([], "echo out; echo err >&2; exit 42");
        Assert.Equal((42, "out\n", "err"), (result.ExitCode, result.Text, result.Errors));
    }

    [Fact]
    public async Task Command_ReadsStandardInputToItsEnd()
    {
        using OpenSshClient client = fixture.Client();
        byte[] octets = new byte[8 << 20];
        new SeededOctets(3).Fill(octets);
        ProcessResult result = (await ProcessRunner.RunAsync(client.Command([], "cat; sleep 0.1; echo end"), octets)).Succeeded();
        Assert.True(result.Output.AsSpan(0, octets.Length).SequenceEqual(octets));
        Assert.Equal("end\n"u8, result.Output.AsSpan(octets.Length));
        Assert.Equal("", (await ProcessRunner.RunAsync(client.Command(["-n"], "cat"), octets)).Succeeded().Text);
    }

    [Fact]
    public async Task Signal_OfTheCommand_Is255()
    {
        using OpenSshClient client = fixture.Client();
        ProcessResult result = await client.RunAsync([], "kill -TERM $$");
        Assert.Equal(255, result.ExitCode);
    }

    [Fact]
    public async Task Shell_RunsWithoutTerminal()
    {
        using OpenSshClient client = fixture.Client();
        ProcessResult result = await ProcessRunner.RunAsync(client.Command(["-T"]), "echo from the shell; exit 5\n"u8.ToArray());
        Assert.Equal(5, result.ExitCode);
        Assert.Contains("from the shell", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Environment_IsSent()
    {
        await using OpenSshServer server = await fixture.StartServerAsync(config: "AcceptEnv ADIT_*");
        using OpenSshClient client = fixture.Client(server.Target, environment: new Dictionary<string, string?> { ["ADIT_B"] = "two" });
        ProcessResult result = (await client.RunAsync(["-o", "SetEnv=ADIT_A=one", "-o", "SendEnv=ADIT_B"], "echo $ADIT_A $ADIT_B")).Succeeded();
        Assert.Equal("one two\n", result.Text);
    }

    [Fact]
    public async Task Agent_LogsIn()
    {
        PeerRequired.Installed("ssh-agent", "ssh-add");
        await using SshAgent agent = await SshAgent.StartAsync(await SshKeyFile.GenerateAsync(fixture.Folder, "other"), fixture.Identity);
        using OpenSshClient client = fixture.Client(withIdentity: false, environment: new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = agent.SocketPath });
        ProcessResult result = (await client.RunAsync(["-v"], "echo hello")).Succeeded();
        Assert.Equal("hello\n", result.Text);
        Assert.Contains("agent returned 2 keys", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rsa", 2048, null)]
    [InlineData("rsa", 2048, "PEM")]
    [InlineData("ecdsa", 256, null)]
    [InlineData("ecdsa", 384, "PKCS8")]
    [InlineData("ecdsa", 521, null)]
    public async Task Identity_OfEveryKind_LogsIn(string type, int bits, string? format)
    {
        PeerRequired.Installed("sshd", "ssh-keygen");
        SshKeyFile key = await SshKeyFile.GenerateAsync(fixture.Folder, $"id_{type}{bits}{format}", type, bits, format: format);
        await using OpenSshServer server = await OpenSshServer.StartAsync(new OpenSshServerOptions { AuthorizedKeys = [key.PublicLine] });
        using OpenSshClient client = fixture.Client(server.Target);
        Assert.Equal("in\n", (await client.RunAsync(["-i", key.PrivatePath], "echo in")).Succeeded().Text);
    }

    [Fact]
    public async Task StrangerKey_IsRefused_WithTheMethodsThatAreLeft()
    {
        using OpenSshClient client = new(fixture.Server.Target, await SshKeyFile.GenerateAsync(fixture.Folder, "stranger")) { Program = AditProgram.ExecutablePath, Verb = ["ssh"] };
        ProcessResult result = await client.RunAsync([], "true");
        Assert.Equal(255, result.ExitCode);
        Assert.Equal($"{fixture.Server.Target.User}@127.0.0.1: Permission denied (publickey).", result.Errors);
    }

    [Fact]
    public async Task KeyThatOthersMayRead_IsIgnored_AndSaysWhy()
    {
        SshKeyFile open = await SshKeyFile.GenerateAsync(fixture.Folder, "open");
        File.SetUnixFileMode(open.PrivatePath, (UnixFileMode)0b110_100_100);
        using OpenSshClient client = fixture.Client(withIdentity: false);
        ProcessResult result = await client.RunAsync(["-o", "IdentitiesOnly=yes", "-i", open.PrivatePath], "true");
        Assert.Equal(255, result.ExitCode);
        Assert.Contains("UNPROTECTED PRIVATE KEY FILE", result.Errors, StringComparison.Ordinal);
        Assert.Contains("Permission denied (publickey).", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NobodyListens_IsToldAsSshTellsIt()
    {
        using OpenSshClient client = fixture.Client();
        int port = Ports.Free();
        ProcessResult result = await client.RunAsync(["-o", $"Port={port}", "-p", $"{port}"], "true");
        result = await ProcessRunner.RunAsync(ClientFixture.InHome(fixture.Folder, "-F", "none", "-p", $"{port}", "127.0.0.1", "true"));
        Assert.Equal((255, $"ssh: connect to host 127.0.0.1 port {port}: Connection refused"), (result.ExitCode, result.Errors));
    }

    [Fact]
    public async Task NameThatDoesNotResolve_IsToldAsSshTellsIt()
    {
        PeerRequired.Installed("setpriv");
        ProcessResult result = await ProcessRunner.RunAsync(ClientFixture.InHome(fixture.Folder, "-F", "none", "no-such-host.invalid", "true"));
        Assert.Equal(255, result.ExitCode);
        Assert.StartsWith("ssh: Could not resolve hostname no-such-host.invalid: ", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChangedHostKey_IsRefusedInTheWordsOfOpenSsh()
    {
        using OpenSshClient client = fixture.Client();
        SshKeyFile other = await SshKeyFile.GenerateAsync(fixture.Folder, "other_host");
        string known = fixture.Folder.Write("changed", new SshTarget(fixture.Server.Target.Host, fixture.Server.Target.Port, "", [other.PublicKey]).KnownHosts);
        foreach (string program in new[] { AditProgram.ExecutablePath, InstalledPeers.Find("ssh") })
        {
            // The oracle runs beside: every line that matters must be in both.
            OpenSshClient each = program == AditProgram.ExecutablePath ? client : new OpenSshClient(fixture.Server.Target, fixture.Identity);
            ProcessResult result = await each.RunAsync(["-o", $"UserKnownHostsFile={known}", "-o", "HostKeyAlgorithms=ssh-ed25519"], "true");
            Assert.Equal(255, result.ExitCode);
            foreach (string line in new[]
            {
                "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @", "IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!",
                "The fingerprint for the ED25519 key sent by the remote host is", $"Offending ED25519 key in {known}:1",
                $"Host key for [127.0.0.1]:{fixture.Server.Target.Port} has changed and you have requested strict checking.", "Host key verification failed.",
            })
            {
                Assert.Contains(line, result.Errors.Split('\n').Select(l => l.TrimEnd('\r')));
            }
        }
    }

    [Fact]
    public async Task UnknownHostKey_IsAcceptedAndHashed_OrRefused()
    {
        using OpenSshClient client = fixture.Client();
        string known = fixture.Folder["new_known_hosts"];
        string[] options = ["-o", $"UserKnownHostsFile={known}", "-o", "HashKnownHosts=yes"];
        ProcessResult refused = await client.RunAsync([.. options], "true");
        Assert.Equal(255, refused.ExitCode);
        Assert.EndsWith("Host key verification failed.", refused.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(known));

        ProcessResult added = (await client.RunAsync([.. options, "-o", "StrictHostKeyChecking=accept-new"], "true")).Succeeded();
        Assert.Equal($"Warning: Permanently added '[127.0.0.1]:{fixture.Server.Target.Port}' (ED25519) to the list of known hosts.", added.Errors);
        Assert.StartsWith("|1|", await File.ReadAllTextAsync(known), StringComparison.Ordinal);
        Assert.Equal("", (await client.RunAsync(options, "true")).Succeeded().Errors);
        // What ssh(1) reads in it:
        using OpenSshClient oracle = new(fixture.Server.Target, fixture.Identity);
        (await oracle.RunAsync(["-o", $"UserKnownHostsFile={known}"], "true")).Succeeded();
    }

    [Fact]
    public async Task HostKeyOfAnotherTypeThatIsKnown_IsAskedForFirst()
    {
        using OpenSshClient client = fixture.Client();
        string rsa = fixture.Server.Target.HostKeys.Single(k => k.StartsWith("ssh-rsa", StringComparison.Ordinal));
        string known = fixture.Folder.Write("rsa_only", new SshTarget(fixture.Server.Target.Host, fixture.Server.Target.Port, "", [rsa]).KnownHosts);
        ProcessResult result = (await client.RunAsync(["-v", "-o", $"UserKnownHostsFile={known}"], "true")).Succeeded();
        Assert.Contains("kex: host key algorithm: rsa-sha2-512", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LogFile_TakesTheLog()
    {
        using OpenSshClient client = fixture.Client();
        string file = fixture.Folder["log"];
        ProcessResult result = (await client.RunAsync(["-E", file, "-v"], "true")).Succeeded();
        Assert.Equal("", result.Errors);
        string[] lines = await File.ReadAllLinesAsync(file);
        Assert.Contains(lines, l => l.StartsWith("debug1: kex: client->server cipher: ", StringComparison.Ordinal));
    }
}
