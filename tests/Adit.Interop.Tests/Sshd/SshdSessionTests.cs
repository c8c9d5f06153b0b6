using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Sshd;

/// <summary>Programs that OpenSSH's client runs through <c>adit sshd</c>, as sshd_config has them.</summary>
public sealed class SshdSessionTests : SshdTest
{
    [Fact]
    public async Task Command_GivesItsOutputErrorsAndExitStatus()
    {
        await using OpenSshServer server = await StartAsync();
        using OpenSshClient client = Client(server);
        ProcessResult result = await client.RunAsync([], "echo out; echo err >&2; exit 42");
        Assert.Equal((42, "out\n"), (result.ExitCode, result.Text));
        Assert.Contains("err", result.Errors, StringComparison.Ordinal);
        await SaysAsync(server, "Accepted publickey for ", " from 127.0.0.1 port ", " ssh2: ED25519 SHA256:");
        await SaysAsync(server, "Received disconnect from 127.0.0.1 port ", ":11: disconnected by user");
        await SaysAsync(server, "Disconnected from user ");
    }

    [Fact]
    public async Task Transfer_IsExact_WhileKeysAreExchangedAllTheTime()
    {
        await using OpenSshServer server = await StartAsync("RekeyLimit 64K");
        using OpenSshClient client = Client(server);
        string file = Folder["data"];
        byte[] data = new byte[3 * Mebi];
        new SeededOctets(Seed).Fill(data);
        ProcessResult result = (await ProcessRunner.RunAsync(client.Command(["-o", "RekeyLimit=64K"], "cat"), data)).Succeeded();
        Assert.True(data.AsSpan().SequenceEqual(result.Output), $"{file}: expected what was sent");
    }

    [Fact]
    public async Task RekeyLimit16_IsExact()
    {
        await using OpenSshServer server = await StartAsync("RekeyLimit 16");
        using OpenSshClient client = Client(server);
        byte[] data = new byte[4096];
        new SeededOctets(Seed).Fill(data);
        ProcessResult result = (await ProcessRunner.RunAsync(client.Command(["-o", "RekeyLimit=16"], "cat"), data)).Succeeded();
        Assert.True(data.AsSpan().SequenceEqual(result.Output));
    }

    [Fact]
    public async Task Environment_IsAsConfigured()
    {
        await using OpenSshServer server = await StartAsync(new OpenSshServerOptions
        {
            AuthorizedKeys = [$"environment=\"KEYED=k\" {Identity.PublicLine}"],
            Config = ["AcceptEnv ONE T*", "SetEnv SHLVL=5 SET=s \"BLANK=a b\"", "PermitUserEnvironment yes", "ExposeAuthInfo yes"],
        });
        using OpenSshClient client = new(server.Target, Identity)
        {
            Environment = new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = null, ["ONE"] = "1", ["TWO"] = "2", ["REFUSED"] = "r" },
        };
        ProcessResult result = (await client.RunAsync(["-o", "SendEnv=ONE TWO REFUSED"], "echo $ONE $TWO $REFUSED $KEYED $SET $BLANK; echo $SSH_CONNECTION; cat $SSH_USER_AUTH")).Succeeded();
        string[] lines = result.Text.Split('\n');
        Assert.Equal("1 2 k s a b", lines[0]);
        Assert.EndsWith($" 127.0.0.1 {server.Target.Port}", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("publickey ssh-ed25519 AAAA", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task ForceCommand_OverridesTheClientsAndTheKeys()
    {
        await using OpenSshServer server = await StartAsync(new OpenSshServerOptions
        {
            AuthorizedKeys = [$"command=\"echo key\" {Identity.PublicLine}"],
            Last = ["Match LocalPort 1", "ForceCommand echo wrong", "Match Address 127.0.0.0/8", "ForceCommand echo forced $SSH_ORIGINAL_COMMAND"],
        });
        using OpenSshClient client = Client(server);
        Assert.Equal("forced what\n", (await client.RunAsync([], "what")).Succeeded().Text);
    }

    [Fact]
    public async Task Terminal_IsGivenOrRefused()
    {
        await using OpenSshServer server = await StartAsync(new OpenSshServerOptions { Last = ["Match Address ::1", "PermitTTY no"], Config = [$"ListenAddress [::1]:{Ports.Free()}"] });
        using OpenSshClient client = Client(server);
        ProcessResult given = await client.RunAsync(["-tt"], "tty; exit 3");
        Assert.Equal(3, given.ExitCode);
        Assert.StartsWith("/dev/pts/", given.Text, StringComparison.Ordinal);
        await using OpenSshServer none = await StartAsync("PermitTTY no");
        using OpenSshClient other = Client(none);
        Assert.Contains("PTY allocation request failed", (await other.RunAsync(["-tt"], "true")).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subsystem_Sftp_ListsAFolder()
    {
        PeerRequired.Installed("sftp");
        await using OpenSshServer server = await StartAsync("Subsystem sftp internal-sftp");
        using OpenSshClient client = Client(server);
        ProcessResult result = await ProcessRunner.RunAsync(
            new PeerStart { Program = "sftp", Arguments = ["-F", client.ConfigFile, "-i", Identity.PrivatePath, "-P", server.Target.Port.ToString(), $"{server.Target.User}@{server.Target.Host}"] },
            System.Text.Encoding.ASCII.GetBytes($"ls {Folder.Path}\n"));
        Assert.Contains("identity", result.Succeeded().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MaxSessionsZero_RefusesSessions_AndStillForwards()
    {
        await using OpenSshServer server = await StartAsync("MaxSessions 0");
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = Client(server);
        Assert.Equal(255, (await client.RunAsync([], "true")).ExitCode);
        Assert.Equal("hi", (await ProcessRunner.RunAsync(client.Command(["-W", $"127.0.0.1:{echo.Port}"]), "hi"u8.ToArray())).Succeeded().Text);
    }

    [Fact]
    public async Task ChannelTimeout_ClosesWhatIsIdle_AndUnusedConnectionTimeout_TheConnection()
    {
        await using OpenSshServer server = await StartAsync("ChannelTimeout session:command=1 direct-tcpip=1h", "UnusedConnectionTimeout 1");
        using OpenSshClient client = Client(server);
        ProcessResult result = await client.RunAsync(["-v"], "echo begun; sleep 60");
        Assert.Equal((255, "begun\n"), (result.ExitCode, result.Text));
        await SaysAsync(server, "closing after 1 seconds of inactivity");
        ProcessResult unused = await client.RunAsync(["-N"]);
        Assert.Equal(255, unused.ExitCode);
        await SaysAsync(server, "terminating inactive connection");
    }

    [Fact]
    public async Task HostKeys_AreLearntByAClientThatUpdatesThem()
    {
        await using OpenSshServer server = await StartAsync(new OpenSshServerOptions { HostKeyTypes = ["ed25519", "ecdsa", "rsa"] });
        string known = Folder.Write("known", new SshTarget(server.Target.Host, server.Target.Port, "x", [server.Target.HostKeys[0]]).KnownHosts);
        using OpenSshClient client = Client(server);
        (await client.RunAsync(["-o", $"UserKnownHostsFile={known}", "-o", "UpdateHostKeys=yes"], $"for i in $(seq 200); do test $(grep -c AAAA {known}) = 3 && break; sleep 0.1; done")).Succeeded();
        Assert.Equal(3, File.ReadLines(known).Count(l => l.Contains("AAAA", StringComparison.Ordinal)));
    }
}
