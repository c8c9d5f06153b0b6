using System.Net.Sockets;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Sshd;

/// <summary>Who may log in to <c>adit sshd</c>, and with what.</summary>
public sealed class SshdLoginTests : SshdTest
{
    [Fact]
    public async Task SecondUser_LogsInByItsOwnFile_AndHasItsOwnRightsOnly()
    {
        PeerRequired.Installed("useradd", PeerRequired.Root);
        await using TestUser user = await TestUser.CreateAsync();
        await user.WriteAsync(".ssh/authorized_keys", Identity.PublicLine + "\n");
        await using StreamServer secret = StreamServer.Echo(new UnixDomainSocketEndPoint(Folder["secret"]));
        await using OpenSshServer server = await StartAsync("AuthorizedKeysFile %h/.ssh/authorized_keys", "StrictModes yes");
        using OpenSshClient client = new(server.Target with { User = user.Name }, Identity);

        ProcessResult result = (await client.RunAsync([], "id -un; pwd; id -G | wc -w; echo $HOME $USER")).Succeeded();
        Assert.Equal([user.Name, user.Home, "1", $"{user.Home} {user.Name}"], result.Text.Split('\n')[..4]);
        // Neither sockets in others' folders, nor ports that are root's.
        Assert.Equal(255, (await client.RunAsync(["-N", "-R", "80:127.0.0.1:9"])).ExitCode);
        int port = Ports.Free();
        await using PeerProcess forwarding = await client.StartForwardingAsync($"-L{port}:{Folder["secret"]}", $"-R{user.Home}/own:127.0.0.1:9");
        await using (NetworkStream stream = await StreamProbe.ConnectAsync(Loopback(port))) Assert.Equal(0, await stream.ReadAsync(new byte[1]));
        Assert.Equal(0, secret.Accepted);
        Assert.Equal(user.Name, (await ProcessRunner.RunAsync("stat", "-c", "%U", $"{user.Home}/own")).Succeeded().Text.Trim());
    }

    [Fact]
    public async Task StrictModes_RefuseAFileThatOthersMayWrite()
    {
        PeerRequired.Installed("useradd", PeerRequired.Root);
        await using TestUser user = await TestUser.CreateAsync();
        string file = await user.WriteAsync(".ssh/authorized_keys", Identity.PublicLine + "\n");
        (await ProcessRunner.RunAsync("chmod", "666", file)).Succeeded();
        await using OpenSshServer server = await StartAsync("AuthorizedKeysFile .ssh/authorized_keys", "StrictModes yes");
        using OpenSshClient client = new(server.Target with { User = user.Name }, Identity);
        Assert.Equal(255, (await client.RunAsync([], "true")).ExitCode);
        await SaysAsync(server, "Authentication refused: bad ownership or modes for file");
        (await ProcessRunner.RunAsync("chmod", "600", file)).Succeeded();
        (await client.RunAsync([], "true")).Succeeded();
    }

    [Theory]
    [InlineData("DenyUsers USER", "not allowed because listed in DenyUsers")]
    [InlineData("AllowUsers other", "not allowed because not listed in AllowUsers")]
    [InlineData("AllowUsers USER@192.0.2.0/24", "not allowed because not listed in AllowUsers")]
    [InlineData("AllowGroups nosuchgroup", "not allowed because none of user's groups are listed in AllowGroups")]
    [InlineData("DenyGroups *", "not allowed because a group is listed in DenyGroups")]
    [InlineData("PermitRootLogin no", "ROOT LOGIN REFUSED FROM 127.0.0.1 port ")]
    [InlineData("PermitRootLogin forced-commands-only", "ROOT LOGIN REFUSED FROM 127.0.0.1 port ")]
    [InlineData("PubkeyAuthentication no", "Connection closed by authenticating user ")]
    [InlineData("PubkeyAcceptedAlgorithms rsa-sha2-512", "Connection closed by authenticating user ")]
    public async Task Refusal_IsToldInSshdsWords(string config, string words)
    {
        PeerRequired.Installed(PeerRequired.Root);
        await using OpenSshServer server = await StartAsync(config.Replace("USER", Environment.UserName, StringComparison.Ordinal));
        using OpenSshClient client = Client(server);
        ProcessResult result = await client.RunAsync([], "true");
        Assert.Equal(255, result.ExitCode);
        Assert.Contains("Permission denied (", result.Errors, StringComparison.Ordinal);
        await SaysAsync(server, words);
    }

    [Fact]
    public async Task UnknownUser_IsToldNothing()
    {
        await using OpenSshServer server = await StartAsync();
        using OpenSshClient client = new(server.Target with { User = "nosuchuser" }, Identity);
        ProcessResult result = await client.RunAsync([], "true");
        Assert.Contains("Permission denied (publickey).", result.Errors, StringComparison.Ordinal);
        await SaysAsync(server, "Invalid user nosuchuser from 127.0.0.1 port ");
        await SaysAsync(server, "Failed publickey for invalid user nosuchuser from 127.0.0.1 port ", " ssh2: ED25519 SHA256:");
        await SaysAsync(server, "Connection closed by invalid user nosuchuser 127.0.0.1 port ", "[preauth]");
    }

    [Fact]
    public async Task Password_LogsIn_BothWays()
    {
        PeerRequired.Installed("useradd", "sshpass", PeerRequired.Root);
        await using TestUser user = await TestUser.CreateAsync("Pa55 wörd");
        await using OpenSshServer server = await StartAsync("PasswordAuthentication yes", "KbdInteractiveAuthentication yes", "PubkeyAuthentication no");
        using OpenSshClient client = new(server.Target with { User = user.Name }, null);
        foreach (string method in new[] { "password", "keyboard-interactive" })
        {
            string[] options = ["-o", "BatchMode=no", "-o", $"PreferredAuthentications={method}", "-o", "NumberOfPasswordPrompts=1"];
            Assert.Equal(user.Name, (await WithPasswordAsync("Pa55 wörd", client.Command(options, "id -un"))).Succeeded().Text.Trim());
            Assert.Equal(255, (await WithPasswordAsync("wrong", client.Command(options, "id -un"))).ExitCode);
        }

        await SaysAsync(server, $"Accepted password for {user.Name} from ");
        await SaysAsync(server, $"Failed password for {user.Name} from ");
    }

    [Fact]
    public async Task AuthenticationMethods_AreAllNeeded()
    {
        PeerRequired.Installed("useradd", "sshpass", PeerRequired.Root);
        await using TestUser user = await TestUser.CreateAsync("secret");
        await user.WriteAsync(".ssh/authorized_keys", Identity.PublicLine + "\n");
        await using OpenSshServer server = await StartAsync("PasswordAuthentication yes", "AuthenticationMethods publickey,password", "AuthorizedKeysFile %h/.ssh/authorized_keys");
        using OpenSshClient client = new(server.Target with { User = user.Name }, Identity);
        string[] options = ["-o", "BatchMode=no", "-o", "NumberOfPasswordPrompts=1"];
        Assert.Equal(user.Name, (await WithPasswordAsync("secret", client.Command(options, "id -un"))).Succeeded().Text.Trim());
        ProcessResult half = await client.RunAsync([], "true");
        Assert.Contains("Permission denied (password).", half.Errors, StringComparison.Ordinal);
        using OpenSshClient without = new(server.Target with { User = user.Name }, null);
        Assert.Contains("Permission denied (publickey).", (await WithPasswordAsync("secret", without.Command(options, "true"))).Errors, StringComparison.Ordinal);
        await SaysAsync(server, $"Partial publickey for {user.Name} from ");
    }

    [Fact]
    public async Task AuthorizedKeysCommand_KnowsTokens()
    {
        PeerRequired.Installed(PeerRequired.Root);
        string script = $"/usr/local/sbin/adit-test-{Environment.ProcessId}";
        await File.WriteAllTextAsync(script, $"#!/bin/sh\n[ \"$1\" = \"{Environment.UserName}\" ] && [ \"$2\" = ssh-ed25519 ] && echo \"restrict,command=\\\"echo by command\\\" $2 $3\"\n");
        try
        {
            File.SetUnixFileMode(script, (UnixFileMode)0x1ED);
            await using OpenSshServer server = await StartAsync("AuthorizedKeysFile none", $"AuthorizedKeysCommand {script} %u %t %k", "AuthorizedKeysCommandUser nobody");
            using OpenSshClient client = Client(server);
            Assert.Equal("by command\n", (await client.RunAsync([], "true")).Succeeded().Text);
        }
        finally
        {
            File.Delete(script);
        }
    }

    [Fact]
    public async Task Banner_IsShown_AndRevokedKeysAreRefused()
    {
        string revoked = Folder.Write("revoked", "");
        await using OpenSshServer server = await StartAsync($"Banner {Folder.Write("banner", "Beware of the dog\n")}", $"RevokedKeys {revoked}");
        using OpenSshClient client = Client(server);
        Assert.Contains("Beware of the dog", (await client.RunAsync([], "true")).Succeeded().Errors, StringComparison.Ordinal);
        File.WriteAllText(revoked, Identity.PublicLine + "\n");
        Assert.Equal(255, (await client.RunAsync([], "true")).ExitCode);
        await SaysAsync(server, "revoked by file");
    }

    [Fact]
    public async Task MaxAuthTries_EndTheConnection()
    {
        PeerRequired.Installed("ssh-agent", "ssh-add");
        await using OpenSshServer server = await StartAsync("MaxAuthTries 1");
        SshKeyFile other = await SshKeyFile.GenerateAsync(Folder, "other");
        using OpenSshClient client = new(server.Target, other);
        ProcessResult result = await client.RunAsync([], "true");
        Assert.Contains("Too many authentication failures", result.Errors, StringComparison.Ordinal);
        await SaysAsync(server, "maximum authentication attempts exceeded for ");
    }

    private static Task<ProcessResult> WithPasswordAsync(string password, PeerStart command) => ProcessRunner.RunAsync(command with
    {
        Program = "sshpass",
        Arguments = ["-e", command.Program, .. command.Arguments],
        Environment = new Dictionary<string, string?>(command.Environment) { ["SSHPASS"] = password },
    });
}
