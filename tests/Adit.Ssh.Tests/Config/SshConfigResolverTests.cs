using System.Net;
using Adit.Core;
using Adit.Ssh.Config;
using Adit.Ssh.KeyExchange;

namespace Adit.Ssh.Tests.Config;

public sealed class SshConfigResolverTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("adit-config-").FullName;
    private readonly List<string> _commands = [];
    private readonly Dictionary<string, string> _variables = [];
    private readonly Dictionary<string, string> _names = [];

    public SshConfigResolverTests()
    {
        Directory.CreateDirectory(Path.Combine(_home, ".ssh"));
        Directory.CreateDirectory(Path.Combine(_home, "etc"));
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void Defaults_AreOpenSshs_ButForKeepalives()
    {
        SshConfig config = Resolve("h");
        Assert.Equal(("h", "me", 22, StrictHostKeyChecking.Ask, 1, 3), (config.HostName, config.User, config.Port, config.StrictHostKeyChecking, config.ConnectionAttempts, config.NumberOfPasswordPrompts));
        Assert.Equal((TimeSpan.FromSeconds(15), 3), (config.ServerAliveInterval, config.ServerAliveCountMax));
        Assert.False(config.HasIdentityFiles);
        Assert.Contains($"{_home}/.ssh/id_ed25519", config.IdentityFiles);
        Assert.Equal([$"{_home}/.ssh/known_hosts", $"{_home}/.ssh/known_hosts2"], config.UserKnownHostsFiles);
        Assert.Equal(SshAlgorithmLists.Default.Cipher, config.Ciphers);
        Assert.Equal((null, null, '~', null), (config.ConnectTimeout, config.IdentityAgent, config.EscapeCharacter, config.ControlPath));
    }

    [Fact]
    public void Profile_ChangesWhatIsNotConfigured_WhereItsBlockHolds()
    {
        User("Host safe*\nAditProfile hardened\nMACs +hmac-sha2-256\nHost safest\nRequiredRSASize 8192\nHost *\nCiphers ^aes128-ctr\n");
        SshConfig usual = Resolve("h"), safe = Resolve("safe"), safest = Resolve("safest");
        Assert.Equal((false, 1024, SshAlgorithmLists.Default.Kex), (usual.IsHardened, usual.RequiredRsaSize, usual.KexAlgorithms));
        Assert.Equal((true, 4096, 8192), (safe.IsHardened, safe.RequiredRsaSize, safest.RequiredRsaSize));
        SshAlgorithms hardened = SshAlgorithms.Hardened;
        Assert.Equal(hardened.KeyExchange, safe.KexAlgorithms);
        Assert.Equal(hardened.HostKey, safe.HostKeyAlgorithms);
        Assert.Equal(hardened.UserKey, safe.PubkeyAcceptedAlgorithms);
        Assert.Equal(hardened.CertificateAuthority, safe.CaSignatureAlgorithms);
        Assert.Equal([.. hardened.Mac, "hmac-sha2-256"], safe.Macs);
        Assert.Equal(["aes128-ctr", .. hardened.Cipher.Where(c => c != "aes128-ctr")], safe.Ciphers);
        Assert.Contains("unsupported", Assert.Throws<TunnelException>(() => Resolve("h", "AditProfile=paranoid")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_ComeBeforeTheUsersFile_AndThatBeforeTheSystems()
    {
        User("Port 2\nUser b\n");
        System("Port 3\nUser c\nCompression yes\n");
        SshConfig config = Resolve("h", "Port=1");
        Assert.Equal((1, "b", true), (config.Port, config.User, config.Compression));
    }

    [Fact]
    public void NamedFile_ReplacesBoth_AndNoneReadsNothing()
    {
        User("Port 2\n");
        string file = Write("other", "User o\n");
        Assert.Equal((22, "o"), Resolve(Request("h") with { ConfigFile = file }) is var c ? (c.Port, c.User) : default);
        Assert.Equal(22, Resolve(Request("h") with { ConfigFile = "none" }).Port);
        var e = Assert.Throws<TunnelException>(() => Resolve(Request("h") with { ConfigFile = "/nonexistent/x" }));
        Assert.Equal("Can't open user config file /nonexistent/x: No such file or directory", e.Message);
    }

    [Fact]
    public void ZeroServerAliveInterval_SwitchesKeepalivesOff() => Assert.Equal(TimeSpan.Zero, Resolve("h", "ServerAliveInterval 0").ServerAliveInterval);

    [Fact]
    public void MatchExec_RunsOnlyWhileConditionsHold_WithTokensExpanded()
    {
        User("Match user other exec \"one\"\n Port 1\nMatch host h exec \"yes %n %h %p %r %u %%\"\n Port 2\nMatch exec no\n User x\nHost z\nMatch exec yes-inactive-before\n");
        SshConfig config = Resolve("h", "User=me2");
        Assert.Equal((2, "me2"), (config.Port, config.User));
        Assert.Equal(["yes h h 22 me2 me %", "no", "yes-inactive-before"], _commands);
    }

    [Fact]
    public void MatchExec_InAnInactiveInclude_DoesNotRun()
    {
        Write(".ssh/inc", "Match exec yes\nPort 5\n");
        User("Host other\nInclude inc\n");
        Assert.Equal(22, Resolve("h").Port);
        Assert.Empty(_commands);
    }

    [Fact]
    public void MatchTaggedAndLocalNetwork_AreKnown()
    {
        User("Tag work\nMatch tagged work localnetwork 192.0.2.0/24,!192.0.2.9\n Port 1\nMatch localnetwork !192.0.2.7,192.0.2.0/24\n User x\n");
        SshConfig config = Resolve("h");
        Assert.Equal((1, "me"), (config.Port, config.User));
    }

    [Fact]
    public void MatchLocalUser_IsTheLocalOne()
    {
        User("User remote\nMatch localuser m*,!you user remote\n Port 4\n");
        Assert.Equal(4, Resolve("h").Port);
    }

    [Fact]
    public void Include_IsRelativeToTheUsersFolder_OrTheSystems()
    {
        Write(".ssh/inc/a", "Port 5\n");
        Write("etc/inc/a", "User sys\n");
        User("Include inc/*\n");
        System("Include inc/*\n");
        SshConfig config = Resolve("h");
        Assert.Equal((5, "sys"), (config.Port, config.User));
    }

    [Fact]
    public void EndlessInclude_IsRefused()
    {
        User("Include config\n");
        Assert.Equal("Too many recursive configuration includes", Assert.Throws<TunnelException>(() => Resolve("h")).Message);
    }

    [Fact]
    public void UsersFileThatOthersMayWrite_IsRefused()
    {
        User("Port 1\n");
        string file = Path.Combine(_home, ".ssh", "config");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite);
        Assert.Equal($"Bad owner or permissions on {file}", Assert.Throws<TunnelException>(() => Resolve("h")).Message);
    }

    [Fact]
    public void Canonicalization_CompletesTheName_AndReadsAgain()
    {
        _names["web.corp.example"] = "web1.dc.example.";
        User("CanonicalizeHostname yes\nCanonicalDomains lab.example corp.example\nHost web.corp.example\n Port 7\nMatch canonical\n User c\n");
        SshConfig config = Resolve("web");
        Assert.Equal(("web.corp.example", 7, "c", "web"), (config.HostName, config.Port, config.User, config.OriginalHost));
        Assert.Equal("web1.dc.example", Resolve("web", "CanonicalizePermittedCNAMEs=*.corp.example:*.dc.example").HostName);
        Assert.Equal("db", Resolve("db").HostName);
        Assert.Throws<TunnelException>(() => Resolve("db", "CanonicalizeFallbackLocal=no"));
        Assert.Equal("web", Resolve("web", "ProxyJump=j").HostName);
    }

    [Fact]
    public void IdentityAgent_HasItsForms()
    {
        _variables["SSH_AUTH_SOCK"] = "/run/agent";
        _variables["OTHER"] = "/run/other";
        Assert.Equal("/run/agent", Resolve("h").IdentityAgent);
        Assert.Null(Resolve("h", "IdentityAgent none").IdentityAgent);
        Assert.Equal("/run/agent", Resolve("h", "IdentityAgent SSH_AUTH_SOCK").IdentityAgent);
        Assert.Equal("/run/other", Resolve("h", "IdentityAgent $OTHER").IdentityAgent);
        Assert.Equal("/run/other.h", Resolve("h", "IdentityAgent ${OTHER}.%h").IdentityAgent);
        Assert.Equal($"{_home}/a", Resolve("h", "IdentityAgent ~/a").IdentityAgent);
    }

    [Fact]
    public void IdentityFiles_KeepTheirOrder_OnceEach_AndNoneMeansNone()
    {
        Assert.Equal(["/a", "/b"], Resolve("h", "IdentityFile /a", "IdentityFile /b", "IdentityFile /a").IdentityFiles);
        SshConfig none = Resolve("h", "IdentityFile none");
        Assert.Empty(none.IdentityFiles);
        Assert.True(none.HasIdentityFiles);
    }

    [Fact]
    public void ProxyJump_IsAListOfDestinations_WithTokens()
    {
        Assert.Equal([new("a@x", "j1", 1), new(null, "::1", 22), new("me", "h.jump", null)], Resolve("h", "ProxyJump a@x@j1:1,ssh://[::1]:22,%r@%h.jump").ProxyJump);
        Assert.Empty(Resolve("h", "ProxyJump none").ProxyJump);
        Assert.Equal("nc h 22 100% ${HOME}", Resolve("h", "ProxyCommand nc %h %p 100%% ${HOME}").ProxyCommand);
        Assert.Empty(Resolve("h", "ProxyCommand none", "ProxyJump j").ProxyJump); // the first of the two wins, even with none
    }

    [Fact]
    public void ForwardsOfTheRequest_ComeFirst_AndGatewayPortsDecideBindAddresses()
    {
        SshConfig config = Resolve(Request("h", "GatewayPorts=yes", "LocalForward 2 b:2") with { LocalForwards = [ForwardSpec.ParseLocal("1:a:1")] });
        Assert.Equal([":1 -> a:1", ":2 -> b:2"], config.LocalForwards.Select(f => f.ToString()));
    }

    [Fact]
    public void AlgorithmsNotImplemented_AreLeftOut_UnlessNothingIsLeft()
    {
        Assert.Equal(["aes256-ctr"], Resolve("h", "Ciphers=3des-cbc,aes256-ctr").Ciphers);
        Assert.Equal("aes192-ctr", Resolve("h", "Ciphers=^aes192-ctr").Ciphers[0]);
        Assert.DoesNotContain("aes128-ctr", Resolve("h", "Ciphers=-*-ctr").Ciphers);
        var e = Assert.Throws<TunnelException>(() => Resolve("h", "MACs=hmac-md5"));
        Assert.Equal(TunnelError.NoCommonAlgorithm, e.Error);
        Assert.StartsWith("macs: expected at least one of hmac-sha2-256-etm@openssh.com,", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ServerAliveIntervall=1", "command-line: line 0: Bad configuration option: serveraliveintervall, did you mean serveraliveinterval?")]
    [InlineData("Zzzz=1", "command-line: line 0: Bad configuration option: zzzz")]
    [InlineData("Port", "command-line line 0: no argument after keyword \"port\"")]
    [InlineData("Host=x", "Host directive not supported as a command-line option")]
    [InlineData("Include=x", "Include directive not supported as a command-line option")]
    [InlineData("Ciphers=aes128-gcm@openssh.co", "command-line line 0: Bad SSH2 cipher spec 'aes128-gcm@openssh.co'., did you mean aes128-gcm@openssh.com?")]
    [InlineData("UserKnownHostsFile=${NOPE}", "UserKnownHostsFile: env var ${NOPE} has no value")]
    [InlineData("IdentityFile=%z", "IdentityFile: unknown key %z")]
    [InlineData("HostName=%p", "HostName: unknown key %p")]
    public void WrongOption_IsNamed(string option, string message) => Assert.Equal(message, Assert.Throws<TunnelException>(() => Resolve("h", option)).Message);

    [Fact]
    public void ErrorInAFile_NamesFileAndLine()
    {
        User("# one\n\nPort nine\n");
        Assert.Equal($"{_home}/.ssh/config line 3: Bad port 'nine'.", Assert.Throws<TunnelException>(() => Resolve("h")).Message);
    }

    [Fact]
    public void PermitRemoteOpen_Permits()
    {
        PermitRemoteOpen permit = Resolve("h", "PermitRemoteOpen a:1 *:2 b:*").PermitRemoteOpen;
        Assert.True(permit.Permits(new("A", 1)) && permit.Permits(new("x", 2)) && permit.Permits(new("b", 9)));
        Assert.False(permit.Permits(new("a", 3)));
        Assert.False(Resolve("h", "PermitRemoteOpen none").PermitRemoteOpen.Permits(new("a", 1)));
        Assert.True(Resolve("h").PermitRemoteOpen.Permits(new("a", 1)));
    }

    [Theory]
    [InlineData("host", true)]
    [InlineData("-oProxyCommand=x", false)]
    [InlineData("a;b", false)]
    [InlineData("a b", false)]
    [InlineData("", false)]
    [InlineData("::1", true)]
    public void HostNames_ThatAShellWouldTakeApart_AreNotValid(string host, bool valid) => Assert.Equal(valid, SshDestination.IsValidHost(host));

    private SshConfig Resolve(string host, params string[] options) => Resolve(Request(host, options));

    private static SshConfig Resolve(SshConfigRequest request) => SshConfigResolver.Resolve(request);

    private SshConfigRequest Request(string host, params string[] options) => new()
    {
        Host = host,
        Options = options,
        Environment = new SshConfigEnvironment
        {
            LocalUser = "me",
            LocalUserId = "1000",
            HomeDirectory = _home,
            LocalHostName = "here.example",
            SystemDirectory = Path.Combine(_home, "etc"),
            GetVariable = _variables.GetValueOrDefault,
            RunShell = command =>
            {
                _commands.Add(command);
                return command.StartsWith("yes", StringComparison.Ordinal);
            },
            GetLocalAddresses = () => [IPAddress.Loopback, IPAddress.Parse("192.0.2.7")],
            FindCanonicalName = _names.GetValueOrDefault,
        },
    };

    private void User(string text) => Write(".ssh/config", text);

    private void System(string text) => Write("etc/ssh_config", text);

    private string Write(string name, string text)
    {
        string file = Path.Combine(_home, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }
}
