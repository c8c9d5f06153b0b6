using Adit.Cli.Ssh;
using Adit.Core;
using Adit.Ssh.Config;

namespace Adit.Cli.Tests.Ssh;

public sealed class SshCommandLineTests
{
    [Fact]
    public void ClustersAndGluedValues_AreRead()
    {
        SshCommandLine line = Parse("-nNTp2222", "-vvlbob", "-L8080:h:80", "-oUser=x", "host");
        SshConfig config = Resolve(line);
        Assert.Equal((2222, "bob", SshSessionType.None, RequestTty.No, true, SshLogLevel.Debug2), (config.Port, config.User, config.SessionType, config.RequestTty, config.StdinNull, config.LogLevel));
        Assert.Equal("localhost:8080 -> h:80", Assert.Single(config.LocalForwards).ToString());
        Assert.Equal(2, line.Verbosity);
        Assert.Null(line.Command);
    }

    [Fact]
    public void OptionsAfterTheHost_AreRead_UpToTheCommand()
    {
        SshCommandLine line = Parse("host", "-v", "-p", "23", "ls", "-l", "-p", "24");
        Assert.Equal(("ls -l -p 24", 1, 23), (line.Command, line.Verbosity, Resolve(line).Port));
    }

    [Fact]
    public void DoubleDash_EndsTheOptions()
    {
        Assert.Equal("-v", Parse("--", "host", "-v").Command);
        Assert.Equal("-v", Parse("host", "--", "-v").Command);
        Assert.Equal("x -- y", Parse("host", "x", "--", "y").Command);
    }

    [Theory]
    [InlineData("host", null, "host", 22)]
    [InlineData("bob@host", "bob", "host", 22)]
    [InlineData("bob@corp@host", "bob@corp", "host", 22)]
    [InlineData("::1", null, "::1", 22)]
    [InlineData("ssh://host", null, "host", 22)]
    [InlineData("ssh://b%40c@host:2222/", "b@c", "host", 2222)]
    [InlineData("ssh://bob@[::1]:2222", "bob", "::1", 2222)]
    public void Destination_HasItsForms(string text, string? user, string host, int port)
    {
        SshConfig config = Resolve(Parse(text));
        Assert.Equal((user ?? Environment.UserName, host, port), (config.User, config.HostName, config.Port));
    }

    [Fact]
    public void FirstValue_Wins_ByItsPlace()
    {
        Assert.Equal("bob", Resolve(Parse("-l", "bob", "alice@host")).User);
        Assert.Equal("alice", Resolve(Parse("alice@host", "-l", "bob")).User);
        Assert.Equal(1, Resolve(Parse("-o", "Port=1", "-p", "2", "ssh://host:3")).Port);
    }

    [Fact]
    public void Switches_OverrideOneAnother_TheLastWins()
    {
        Assert.Equal(SshAddressFamily.Inet6, Resolve(Parse("-46", "host")).AddressFamily);
        Assert.Equal(SshLogLevel.Debug1, Resolve(Parse("-qv", "host")).LogLevel);
        Assert.Equal(SshLogLevel.Quiet, Resolve(Parse("-vq", "-o", "LogLevel=ERROR", "host")).LogLevel);
    }

    [Fact]
    public void EveryForward_IsRead()
    {
        SshConfig config = Resolve(Parse("-g", "-L", "1:a:1", "-R0:b:2", "-R", "3", "-D*:4", "-D", "5", "host"));
        Assert.Equal([":1 -> a:1"], config.LocalForwards.Select(f => f.ToString()));
        Assert.Equal(["localhost:0 -> b:2", "localhost:3 -> SOCKS"], config.RemoteForwards.Select(f => f.ToString()));
        Assert.Equal([":4 -> SOCKS", ":5 -> SOCKS"], config.DynamicForwards.Select(f => f.ToString()));
    }

    [Fact]
    public void StdioForward_ClearsTheOthers_AndRunsNothing()
    {
        SshCommandLine line = Parse("-W", "[::1]:80", "-L", "1:a:1", "host");
        SshConfig config = Resolve(line);
        Assert.Equal(new TcpDestination("::1", 80), line.StdioForward);
        Assert.Empty(config.LocalForwards);
        Assert.Equal((true, SshSessionType.None, RequestTty.No), (config.ExitOnForwardFailure, config.SessionType, config.RequestTty));
        Assert.Single(Resolve(Parse("-W", "h:80", "-L", "1:a:1", "-oClearAllForwardings=no", "host")).LocalForwards);
    }

    // What ssh -G of OpenSSH 9.2 says of the same.
    [Theory]
    [InlineData("point-to-point", "3:4", "-w3:4", "h")]
    [InlineData("point-to-point", "6:any", "-w", "any:5", "-w", "6", "h")]
    [InlineData("point-to-point", "1:1", "-w1:1", "-oTunnel=ethernet", "h")]
    [InlineData("ethernet", "1:1", "-oTunnel=ethernet", "-oTunnelDevice=8:9", "-w", "1:1", "h")]
    [InlineData("point-to-point", "7:any", "-oTunnel=yes", "-oTunnelDevice=7", "h")]
    [InlineData("no", "any:any", "h")]
    [InlineData("no", "1:1", "-w1:1", "-W", "h:80", "h")]
    public void Tunnel_IsWhatCameFirst_AndItsDevicesWhatWSaid(string mode, string devices, params string[] words)
    {
        SshConfig config = Resolve(Parse(words));
        Assert.Equal((mode, devices), (config.Tunnel, config.TunnelDevice.ToString()));
    }

    [Fact]
    public void OtherLetters_BecomeTheirKeywords()
    {
        SshConfig config = Resolve(Parse(
            "-Caxk2", "-i", "/k/a b\"\\c%h", "-c", "aes256-ctr", "-m", "hmac-sha2-512", "-J", "a@j:1,ssh://k", "-b", "::1", "-B", "eth0", "-e", "none", "host"));
        Assert.Equal(["/k/a b\"\\chost"], config.IdentityFiles);
        Assert.Equal((true, false, null), (config.Compression, config.ForwardAgent, config.EscapeCharacter));
        Assert.Equal(["aes256-ctr"], config.Ciphers);
        Assert.Equal(["hmac-sha2-512"], config.Macs);
        Assert.Equal("a@j:1,k", string.Join(',', config.ProxyJump));
        Assert.Equal(("::1", "eth0"), (config.BindAddress, config.BindInterface));
    }

    [Fact]
    public void LongOptions_AreRead()
    {
        SshCommandLine line = Parse("--via", "ssh://a", "--via=tcp://gw:443", "--reconnect", "--log-format=json", "-E/tmp/l", "-F", "none", "host");
        Assert.Equal(["ssh://a", "tcp://gw:443"], line.Via.Select(h => h.ToString()));
        Assert.Equal((true, true, "/tmp/l", "none"), (line.Reconnects, line.LogsJson, line.LogFile, line.ConfigFile));
    }

    [Theory]
    [InlineData(SshInvocation.Help, "--help")]
    [InlineData(SshInvocation.Help, "-v", "--help", "-Z")]
    [InlineData(SshInvocation.Version, "-V")]
    [InlineData(SshInvocation.Version, "-vVZ")]
    public void HelpAndVersion_NeedNoHost(object invocation, params string[] words) => Assert.Equal((SshInvocation)invocation, Parse(words).Invocation);

    [Theory]
    [InlineData("unknown option -- Z", true, "-Z", "h")]
    [InlineData("unknown option -- Z", true, "-NZ", "h")]
    [InlineData("option requires an argument -- p", true, "h", "-p")]
    [InlineData("", true)]
    [InlineData("", true, "-N")]
    [InlineData("", true, "@h")]
    [InlineData("", true, "ssh://h:x")]
    [InlineData("Bad port '99999'", false, "-p99999", "h")]
    [InlineData("Bad port 'x'", false, "-p", "x", "h")]
    [InlineData("Bad local forwarding specification 'foo': listening port: expected a number from 1 to 65535, got \"foo\"", false, "-L", "foo", "h")]
    [InlineData("Bad stdio forwarding specification 'x': port: expected host:port", false, "-W", "x", "h")]
    [InlineData("stdio forward already specified", false, "-W", "x:1", "-Wx:2", "h")]
    [InlineData("hostname contains invalid characters", false, "--", "-oProxyCommand=x")]
    [InlineData("hostname contains invalid characters", false, "a;b")]
    [InlineData("remote username contains invalid characters", false, "-l", " -x", "h")]
    [InlineData("remote username contains invalid characters", false, "`x`@h")]
    [InlineData("Invalid -J argument 'a:x': expected [user@]host[:port], several with commas between", false, "-J", "a:x", "h")]
    [InlineData("Only a single -J option is permitted (use commas to separate multiple jump hops)", false, "-Ja", "-Jb", "h")]
    [InlineData("Invalid multiplex command.", false, "-O", "status", "h")]
    [InlineData("Multiplexing command already specified", false, "-O", "check", "-O", "exit", "h")]
    [InlineData("Cannot specify multiplexing command with -W", false, "-O", "check", "-W", "a:1", "h")]
    [InlineData("Bad tun device '0:x'", false, "-w0:x", "h")]
    [InlineData("Bad escape character 'foo'.", false, "-e", "foo", "h")]
    [InlineData("adit ssh: --reconect: unknown option, did you mean --reconnect?", true, "--reconect", "h")]
    [InlineData("adit ssh: --reconnect: expected no value, got \"5\"", false, "--reconnect=5", "h")]
    [InlineData("adit ssh: --via: expected a value", true, "--via")]
    [InlineData("adit ssh: --via: hop \"foo://x\": unknown scheme, expected one of ssh, socks5, socks5h, socks4, socks4a, connect, connect+tls, connect+upgrade, tls, tcp, ws, wss, http, https, auto, dns, mqtt, mqtts, sms+smpp, sms+smpps, sms+modem", false, "--via", "foo://x", "h")]
    [InlineData("adit ssh: --via: hop \"tcp://a\": a tcp hop ends at a gateway and must be the last", false, "--via=tcp://a", "--via=ssh://b", "h")]
    [InlineData("adit ssh: --log-format: expected text or json, got \"xml\"", false, "--log-format", "xml", "h")]
    public void WrongCommandLine_SaysWhatIsWrong(string message, bool showsUsage, params string[] words)
    {
        var e = Assert.Throws<SshUsageException>(() => Parse(words));
        Assert.Equal((message, showsUsage), (e.Message, e.ShowsUsage));
    }

    [Fact]
    public void EveryLetterOfSsh_IsKnown()
    {
        // ssh(1) of OpenSSH 9.2, its usage
        foreach (char letter in "46AaCfGgKkMNnqsTtVvXxYyBbcDEeFIiJLlmOopQRSWw")
        {
            Assert.NotNull(SshOption.Find(letter));
        }
    }

    [Fact]
    public void Help_NamesEveryOptionThatIsThere_AndTheVersionTheLibrary()
    {
        foreach (char letter in "46aCgkNnqTVvxBbcDEeFiJLlmopRW")
        {
            Assert.Contains($"-{letter}", SshUsage.Help, StringComparison.Ordinal);
        }

        Assert.Matches(@"^Adit_\d+\.\d+\.\d+, OpenSSL 3\.\d+\.\d+$", SshUsage.Version);
    }

    private static SshCommandLine Parse(params string[] words) => SshCommandLine.Parse(words);

    private static SshConfig Resolve(SshCommandLine line) => SshConfigResolver.Resolve(line.ToConfigRequest() with { ConfigFile = "none" });
}
