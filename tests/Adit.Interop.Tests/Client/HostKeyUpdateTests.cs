using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Client;

/// <summary>UpdateHostKeys with sshd that changes its keys: what OpenSSH's client makes of known_hosts, ours makes too.</summary>
public sealed class HostKeyUpdateTests(ClientFixture fixture) : IClassFixture<ClientFixture>
{
    [Theory]
    [InlineData("HOST ed\nHOST old", "UpdateHostKeys=yes", true)]
    [InlineData("HOST ed", "UpdateHostKeys=yes", true)]
    [InlineData("HOST ed", "UpdateHostKeys=no", false)]
    [InlineData("HOST ed\nother.example old", "UpdateHostKeys=yes", true)]
    [InlineData("HOST ed\nother.example ec", "UpdateHostKeys=yes", false)]
    [InlineData("HOST ed\nHOST old\nother.example old", "UpdateHostKeys=yes", false)]
    [InlineData("PATTERN ed\n", "UpdateHostKeys=yes", false)]
    [InlineData("HOST ed\n@cert-authority HOST old", "UpdateHostKeys=yes", false)]
    [InlineData("@revoked HOST ec\nHOST ed", "UpdateHostKeys=yes", false)]
    [InlineData("# comment\nHOST ed\nnonsense\n\nHOST old", "UpdateHostKeys=yes", true)]
    [InlineData("HOST ed", "UpdateHostKeys=ask", false)] // nobody to be asked
    public async Task KnownHosts_AreWhatOpenSshMakesOfThem(string before, string option, bool changes)
    {
        PeerRequired.Installed("sshd", "ssh", "ssh-keygen");
        using var folder = new PeerFolder("hostkeys");
        SshKeyFile ed = await SshKeyFile.GenerateAsync(folder, "ed"), ec = await SshKeyFile.GenerateAsync(folder, "ec", "ecdsa"), old = await SshKeyFile.GenerateAsync(folder, "old", "rsa", 2048);
        await using OpenSshServer server = await fixture.StartServerAsync(hostKeys: [ed, ec]);
        string text = before.Replace("HOST", $"[127.0.0.1]:{server.Target.Port}", StringComparison.Ordinal).Replace("PATTERN", "[127.0.0.*]:*", StringComparison.Ordinal)
            .Replace(" ed", $" {ed.PublicKey}", StringComparison.Ordinal).Replace(" ec", $" {ec.PublicKey}", StringComparison.Ordinal).Replace(" old", $" {old.PublicKey}", StringComparison.Ordinal) + "\n";
        string theirs = await RunAsync("theirs", "ssh", []);
        string ours = await RunAsync("ours", AditProgram.ExecutablePath, ["ssh"]);
        Assert.Equal(changes, theirs != text);
        Assert.Equal(theirs, ours);

        async Task<string> RunAsync(string name, string program, string[] verb)
        {
            string file = folder.Write(name, text);
            folder.Write(name + ".before", text);
            ProcessResult result = await ProcessRunner.RunAsync(new PeerStart
            {
                Program = program,
                // The session lasts until the file has changed; where it must not, for a moment.
                Arguments =
                [
                    .. verb, "-F", "none", "-i", fixture.Identity.PrivatePath, "-p", server.Target.Port.ToString(), "-o", option, "-o", "BatchMode=yes", "-o", $"UserKnownHostsFile={file}",
                    "-o", "GlobalKnownHostsFile=/dev/null", "-o", "StrictHostKeyChecking=yes", "-o", "HostKeyAlgorithms=ssh-ed25519,ecdsa-sha2-nistp256,rsa-sha2-256", "root@127.0.0.1", $"i=0; while cmp -s {file} {file}.before && test $i -lt {(changes ? 200 : 10)}; do i=$((i+1)); sleep 0.1; done",
                ],
                Environment = new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = null, ["HOME"] = folder.Path },
            });
            result.Succeeded();
            return File.ReadAllText(file);
        }
    }

    [Fact]
    public async Task AskPass_StandsInForATerminal()
    {
        PeerRequired.Installed("sshd", "ssh-keygen");
        using var folder = new PeerFolder("askpass");
        SshKeyFile locked = await SshKeyFile.GenerateAsync(folder, "locked", passphrase: "open sesame");
        string program = folder.Write("ask", $"#!/bin/sh\necho \"$1\" >{folder["question"]}\necho 'open sesame'\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using OpenSshServer server = await OpenSshServer.StartAsync(new OpenSshServerOptions { AuthorizedKeys = [locked.PublicLine] });
        using var client = new OpenSshClient(server.Target, locked)
        {
            Program = AditProgram.ExecutablePath,
            Verb = ["ssh"],
            Environment = new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = null, ["HOME"] = folder.Path, ["SSH_ASKPASS"] = program, ["SSH_ASKPASS_REQUIRE"] = "force" },
        };
        Assert.Equal("in\n", (await client.RunAsync(["-o", "BatchMode=no"], "echo in")).Succeeded().Text);
        Assert.Equal($"Enter passphrase for key '{locked.PrivatePath}': ", File.ReadAllText(folder["question"]).TrimEnd('\n'));
    }
}
