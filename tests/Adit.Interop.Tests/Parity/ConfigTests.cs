using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Parity;

/// <summary>cfgmatch, cfginclude, percent, and the profiles.</summary>
public sealed class ConfigTests : ParityTest
{
    [Fact]
    public async Task CfgMatch_OfTheServer_DecidesPerConnection()
    {
        await using StreamServer echo = StreamServer.Echo();
        foreach (string role in (string[])["client", "server"])
        {
            string user = Environment.UserName;
            await using Pair pair = await StartAsync(role, new OpenSshServerOptions
            {
                Config = ["PermitOpen 127.0.0.1:1"],
                Last =
                [
                    "Match User nosuchuser,other", "ForceCommand echo wrong", "Match Address 192.0.2.0/24,!127.0.0.1", "ForceCommand echo wrong",
                    $"Match User !other,{user} Address 127.0.0.0/8", $"PermitOpen 127.0.0.1:{echo.Port}", "AcceptEnv WORD", "Match Group *", "SetEnv GROUPED=yes", "Match all", "SetEnv GROUPED=no",
                ],
            });
            Assert.Equal("hi", (await pair.RunAsync("hi"u8.ToArray(), ["-W", $"127.0.0.1:{echo.Port}"])).Succeeded().Text);
            Assert.Equal("word\n", (await pair.RunAsync(["-o", "SetEnv=WORD=word"], "echo $WORD")).Succeeded().Text);
        }
    }

    [Fact]
    public async Task CfgMatch_OfTheClient_DecidesPerHost()
    {
        foreach (string role in (string[])["client", "server"])
        {
            await using Pair pair = await StartAsync(role, "AcceptEnv *");
            string config = Folder.Write("config", $"""
                Match host 127.0.0.1 user {pair.Server.Target.User} exec "test %h = 127.0.0.1"
                    SetEnv A=1
                Match exec "false"
                    SetEnv A=2
                Match originalhost other,!127.* localuser *
                    SetEnv A=3
                Match !host other
                    SendEnv B
                Include {Folder["nosuch*"]} {Folder.Write("included", "Host other\nSendEnv D\nHost 127.*\nSendEnv C\n")}
                {await File.ReadAllTextAsync(pair.Client.ConfigFile)}
                """);
            PeerStart start = pair.Client.Command(["-F", config], "echo $A $B $C $D");
            start = start with { Environment = new Dictionary<string, string?>(start.Environment) { ["B"] = "b", ["C"] = "c", ["D"] = "d" } };
            Assert.Equal((role, "1 b c\n"), (role, (await ProcessRunner.RunAsync(start)).Succeeded().Text));
        }
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task CfgInclude_OfTheServer_CountsWhereItStands(string role)
    {
        Directory.CreateDirectory(Folder["d"]);
        Folder.Write("d/1.conf", "AcceptEnv ONE\nMatch LocalPort 1\nForceCommand echo wrong\n");
        Folder.Write("d/2.conf", "AcceptEnv TWO\n");
        Folder.Write("matched", "AcceptEnv THREE\n");
        await using Pair pair = await StartAsync(role, new OpenSshServerOptions { Config = [$"Include {Folder["d"]}/*.conf"], Last = ["Match LocalPort 2", $"Include {Folder["matched"]}", "Match Address *", $"Include {Folder["matched"]}"] });
        PeerStart start = pair.Client.Command(["-o", "SendEnv=ONE TWO THREE FOUR"], "echo $ONE $TWO $THREE $FOUR");
        start = start with { Environment = new Dictionary<string, string?>(start.Environment) { ["ONE"] = "1", ["TWO"] = "2", ["THREE"] = "3", ["FOUR"] = "4" } };
        // A Match block's list takes the place of what stands outside.
        Assert.Equal("3\n", (await ProcessRunner.RunAsync(start)).Succeeded().Text);
    }

    /// <summary>Tokens in the keywords that name files and sockets: what they name is used. Those of commands: ForwardControlTests.Tokens_AreExpandedAsSshDoes.</summary>
    [Theory]
    [MemberData(nameof(Roles))]
    public async Task Percent_IsExpandedWhereItNamesFiles(string role)
    {
        await using OpenSshServer server = await StartServerAsync(role, new OpenSshServerOptions { Config = [$"AuthorizedKeysFile {Folder.Path}/%%keys-%u {Folder["nosuch"]}"] });
        Folder.Write($"%keys-{server.Target.User}", Identity.PublicLine + "\n");
        using OpenSshClient client = Client(role, server.Target, null);
        string port = $"{server.Target.Port}", user = server.Target.User;
        File.Copy(Identity.PrivatePath, Folder[$"id-127.0.0.1-{port}-{user}"]);
        File.SetUnixFileMode(Folder[$"id-127.0.0.1-{port}-{user}"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Folder.Write($"known-{port}", server.Target.KnownHosts);
        await using StreamServer echo = StreamServer.Echo(new System.Net.Sockets.UnixDomainSocketEndPoint(Folder[$"echo-{port}"]));
        string[] options =
        [
            "-o", $"IdentityFile={Folder.Path}/id-%h-%p-%r", "-o", "IdentitiesOnly=yes", "-o", $"UserKnownHostsFile={Folder.Path}/known-%p",
            "-o", $"LocalForward={Folder.Path}/listen-%r-%p {Folder.Path}/echo-%p", "-o", $"ControlPath={Folder.Path}/c-%C", "-o", "ControlMaster=yes",
        ];
        await using PeerProcess ssh = await client.StartForwardingAsync(options);
        await AssertEchoAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(Folder[$"listen-{user}-{port}"]), 100_000);
        Assert.Single(Directory.GetFileSystemEntries(Folder.Path, "c-*"), p => System.Text.RegularExpressions.Regex.IsMatch(p, "/c-[0-9a-f]{40}$"));
        ProcessResult unknown = await client.RunAsync(["-o", "IdentityFile=/x/%Q"], "true");
        Assert.Equal(255, unknown.ExitCode);
        Assert.Contains("unknown key %Q", unknown.Errors, StringComparison.Ordinal);
    }

    /// <summary>AditProfile hardened, in either role, against OpenSSH: post-quantum key exchange, ed25519 and large RSA keys, and what an explicit list adds.</summary>
    [Fact]
    public async Task Profile_OfTheClient_TakesNothingLess()
    {
        await using Pair pair = await StartAsync("client", new OpenSshServerOptions { HostKeyTypes = ["ed25519", "ecdsa"] });
        ProcessResult result = (await pair.RunAsync(["-v", "-o", "AditProfile=hardened"], "true")).Succeeded();
        Assert.Contains("kex: algorithm: sntrup761x25519-sha512", result.Errors, StringComparison.Ordinal);
        Assert.Contains("cipher: aes256-gcm@openssh.com", result.Errors, StringComparison.Ordinal);
        await using Pair old = await StartAsync("client", "KexAlgorithms curve25519-sha256");
        ProcessResult refused = await old.RunAsync(["-o", "AditProfile=hardened"], "true");
        Assert.Equal(255, refused.ExitCode);
        Assert.Contains("no matching key exchange method found", refused.Errors, StringComparison.Ordinal);
        (await old.RunAsync(["-o", "AditProfile=hardened", "-o", "KexAlgorithms=+curve25519-sha256"], "true")).Succeeded();
        (await old.RunAsync(["-o", "AditProfile=compat"], "true")).Succeeded();
        await using Pair nist = await StartAsync("client", new OpenSshServerOptions { HostKeyTypes = ["ecdsa"] });
        Assert.Contains("no matching host key type found", (await nist.RunAsync(["-o", "AditProfile=hardened"], "true")).Errors, StringComparison.Ordinal);
        string[] dump = (await ProcessRunner.RunAsync(AditProgram.ExecutablePath, "ssh", "-F", "none", "-G", "-o", "AditProfile=hardened", "x")).Succeeded().Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["aditprofile hardened", "requiredrsasize 4096"], dump.Where(l => l.StartsWith("aditprofile", StringComparison.Ordinal) || l.StartsWith("requiredrsa", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        string queried = (await ProcessRunner.RunAsync(AditProgram.ExecutablePath, "ssh", "-Q", "kex")).Succeeded().Text;
        Assert.Contains("curve25519-sha256\n", queried, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Profile_OfTheServer_TakesNothingLess()
    {
        SshKeyFile small = await SshKeyFile.GenerateAsync(Folder, "small", "rsa", 3072), nist = await SshKeyFile.GenerateAsync(Folder, "nist", "ecdsa");
        SshKeyFile host = await SshKeyFile.GenerateAsync(Folder, "host"), hostSmall = await SshKeyFile.GenerateAsync(Folder, "host-small", "rsa", 3072);
        await using Pair pair = await StartAsync("server", new OpenSshServerOptions
        {
            Config = ["AditProfile hardened"], AuthorizedKeys = [Identity.PublicLine, small.PublicLine, nist.PublicLine], HostKeys = [host, hostSmall, await SshKeyFile.GenerateAsync(Folder, "host-nist", "ecdsa")],
        });
        ProcessResult result = (await pair.RunAsync(["-v"], "true")).Succeeded();
        Assert.Contains("kex: algorithm: sntrup761x25519-sha512", result.Errors, StringComparison.Ordinal);
        foreach (SshKeyFile key in (SshKeyFile[])[small, nist])
        {
            using OpenSshClient client = Client("server", pair.Server.Target, key);
            Assert.Contains("Permission denied (publickey)", (await client.RunAsync([], "true")).Errors, StringComparison.Ordinal);
        }

        Assert.Contains("no matching key exchange method found", (await pair.RunAsync(["-o", "KexAlgorithms=curve25519-sha256"], "true")).Errors, StringComparison.Ordinal);
        Assert.Contains("no matching MAC found", (await pair.RunAsync(["-c", "aes128-ctr", "-m", "hmac-sha2-256"], "true")).Errors, StringComparison.Ordinal);
        Assert.Contains("no matching host key type found", (await pair.RunAsync(["-o", "HostKeyAlgorithms=rsa-sha2-512,ecdsa-sha2-nistp256"], "true")).Errors, StringComparison.Ordinal);
        string log = pair.Server.Process.Errors.Text;
        Assert.Contains("host-small: Invalid key length", log, StringComparison.Ordinal);
        Assert.Contains("host-nist: AditProfile hardened: expected one of ssh-ed25519", log, StringComparison.Ordinal);
        string dump = (await ProcessRunner.RunAsync(AditProgram.ExecutablePath, "sshd", "-T", "-f", pair.Server.ConfigFile)).Succeeded().Text;
        Assert.Contains("\naditprofile hardened\n", dump, StringComparison.Ordinal);
        Assert.Contains("\nrequiredrsasize 4096\n", dump, StringComparison.Ordinal);
    }

    /// <summary>FingerprintHash in both roles, and pictures that are ssh-keygen's.</summary>
    [Fact]
    public async Task Fingerprints_AreShownAsAskedFor()
    {
        SshKeyFile[] keys = [await SshKeyFile.GenerateAsync(Folder, "ed"), await SshKeyFile.GenerateAsync(Folder, "ec", "ecdsa"), await SshKeyFile.GenerateAsync(Folder, "rs", "rsa", 3072)];
        await using Pair client = await StartAsync("client", new OpenSshServerOptions { HostKeys = keys });
        foreach ((SshKeyFile key, string algorithm) in keys.Zip((string[])["ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512"]))
        {
            foreach (string hash in (string[])["sha256", "md5"])
            {
                string[] expected = (await ProcessRunner.RunAsync("ssh-keygen", "-lv", "-E", hash, "-f", key.PublicPath)).Succeeded().Text.TrimEnd('\n').Split('\n');
                ProcessResult shown = (await client.RunAsync(["-o", $"FingerprintHash={hash}", "-o", "VisualHostKey=yes", "-o", $"HostKeyAlgorithms={algorithm}"], "true")).Succeeded();
                Assert.Equal($"Host key fingerprint is {expected[0].Split(' ')[1]}\n{string.Join('\n', expected[1..])}", shown.Errors.Replace("\r", "", StringComparison.Ordinal).TrimEnd('\n'));
            }
        }

        string md5 = (await ProcessRunner.RunAsync("ssh-keygen", "-l", "-E", "md5", "-f", Identity.PublicPath)).Succeeded().Text.Split(' ')[1];
        Assert.Contains($" {md5}", (await client.RunAsync(["-v", "-o", "FingerprintHash=md5"], "true")).Succeeded().Errors, StringComparison.Ordinal);
        await using Pair server = await StartAsync("server", "FingerprintHash md5");
        (await server.RunAsync([], "true")).Succeeded();
        await server.Server.Process.WaitForErrorLineAsync(l => l.Contains("Accepted publickey for ", StringComparison.Ordinal) && l.EndsWith($"ssh2: ED25519 {md5}", StringComparison.Ordinal), "the key by MD5");
    }

    [Theory]
    [InlineData("client")]
    [InlineData("server")]
    public async Task KnownHostsCommand_TellsTheKey_AsWithSsh(string role)
    {
        await using Pair pair = await StartAsync(role, new OpenSshServerOptions { HostKeyTypes = ["ed25519", "rsa"] });
        string log = Folder["log"];
        string program = Script("tell", $"#!/bin/sh\necho \"$@\" >>{log}\nexec cat {pair.Client.KnownHostsFile}\n");
        (await pair.RunAsync(["-o", "UserKnownHostsFile=none", "-o", $"KnownHostsCommand={program} %I %H %p \"%t and\" %%"], "true")).Succeeded();
        string port = $"{pair.Server.Target.Port}";
        Assert.Equal([$"ORDER 127.0.0.1 {port} NONE and %", $"HOSTNAME [127.0.0.1]:{port} {port} ssh-ed25519 and %"], await File.ReadAllLinesAsync(log));
        Assert.Equal(255, (await pair.RunAsync(["-o", "UserKnownHostsFile=none", "-o", "KnownHostsCommand=/bin/true"], "true")).ExitCode);
        Assert.Equal(255, (await pair.RunAsync(["-o", "KnownHostsCommand=/bin/false"], "true")).ExitCode);
    }

    /// <summary>SO_KEEPALIVE as ss(8) shows it, at our end.</summary>
    [Theory]
    [InlineData("client", true)]
    [InlineData("client", false)]
    [InlineData("server", true)]
    [InlineData("server", false)]
    public async Task TcpKeepAlive_IsSetOnTheConnection(string role, bool on)
    {
        PeerRequired.Installed("ss");
        string option = on ? "yes" : "no";
        await using Pair pair = await StartAsync(role, role == "server" ? [$"TCPKeepAlive {option}"] : []);
        await using PeerProcess ssh = await PeerProcess.StartAsync(pair.Client.Command(role == "client" ? ["-o", $"TCPKeepAlive={option}"] : [], "echo up; exec cat"));
        await ssh.WaitForOutputLineAsync(l => l == "up", "the session");
        string port = $"{pair.Server.Target.Port}";
        // While something is unacknowledged ss shows that timer instead.
        DateTime deadline = DateTime.UtcNow + PeerProcess.Patience;
        for (string shown = ""; shown.Length == 0 || shown.Contains("timer:(on", StringComparison.Ordinal) || on != shown.Contains("timer:(keepalive", StringComparison.Ordinal);)
        {
            Assert.True(DateTime.UtcNow < deadline, shown);
            shown = (await ProcessRunner.RunAsync("ss", ["-tnoH", "state", "established", "(", role == "client" ? "dport" : "sport", "=", $":{port}", ")"])).Succeeded().Text.Trim();
        }
    }
}
