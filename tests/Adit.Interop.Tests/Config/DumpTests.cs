using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Config;

/// <summary><c>adit ssh -G</c> and <c>-Q</c> beside those of the installed ssh.</summary>
public sealed class DumpTests : IDisposable
{
    // What differs by intent (keepalives, our algorithms), by Debian's patches (GSSAPI, X11 trust), or that ssh prints though it cannot read it (DSA, XMSS).
    private static readonly string[] Different =
    [
        "serveraliveinterval", "ciphers", "macs", "kexalgorithms", "hostkeyalgorithms", "hostbasedacceptedalgorithms", "pubkeyacceptedalgorithms", "casignaturealgorithms",
        "gssapikeyexchange", "gssapitrustdns", "gssapirenewalforcesrekey", "gssapikexalgorithms", "forwardx11trusted",
    ];

    private readonly PeerFolder _folder = new("dump");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("User me\nHostName %h.example\nPort 2222\nIdentityFile ~/k-%h\nCompression yes\nRequestTTY force\nForwardAgent yes\nAddKeysToAgent confirm")]
    [InlineData("LocalForward 8080 a:80\nLocalForward /tmp/s b:1\nRemoteForward 9 c:2\nRemoteForward 1080\nDynamicForward *:1081\nGatewayPorts yes\nExitOnForwardFailure yes\nPermitRemoteOpen a:1 *:2")]
    [InlineData("ControlMaster auto\nControlPath /tmp/c-%h\nControlPersist 5m\nEscapeChar ^B\nIPQoS ef\nRekeyLimit 1G 1h\nStreamLocalBindMask 0117\nSyslogFacility AUTH")]
    [InlineData("StrictHostKeyChecking accept-new\nUserKnownHostsFile /a /b\nGlobalKnownHostsFile none\nHashKnownHosts yes\nUpdateHostKeys ask\nVisualHostKey yes\nCheckHostIP yes\nRevokedHostKeys /r")]
    [InlineData("ProxyJump a,b@c:3\nSendEnv A B\nSetEnv X=1\nLogLevel DEBUG3\nServerAliveCountMax 9\nConnectTimeout 5\nEnableEscapeCommandline yes\nPreferredAuthentications publickey,password")]
    [InlineData("CanonicalizeHostname no\nCanonicalDomains a.example b.example\nCanonicalizeMaxDots 2\nTunnel ethernet\nVerifyHostKeyDNS ask\nPubkeyAuthentication unbound")]
    [InlineData("RemoteCommand echo %h\nLocalCommand echo %n\nPermitLocalCommand yes\nSessionType subsystem\nStdinNull yes\nTCPKeepAlive no\nBindAddress ::1\nAddressFamily inet6\nCertificateFile /c\nHostKeyAlias x\nKnownHostsCommand /k %H")]
    public async Task Dump_IsThatOfOpenSsh(string text)
    {
        PeerRequired.Installed("ssh");
        string file = _folder.Write("config", text + "\n");
        string[] theirs = await RunAsync("ssh", "-G", "-F", file, "Some.Host");
        string[] ours = await RunAsync(AditProgram.ExecutablePath, "ssh", "-G", "-F", file, "Some.Host");
        Assert.Equal(theirs.Where(l => !l.EndsWith("/id_xmss", StringComparison.Ordinal) && !l.EndsWith("/id_dsa", StringComparison.Ordinal)), ours);
    }

    [Fact]
    public async Task Letters_AreInTheDump()
    {
        PeerRequired.Installed("ssh");
        string[] options = ["-F", "none", "-AtNCg", "-p", "99", "-l", "u", "-L", "1:h:2", "-R", "3:h:4", "-D", "5", "-J", "j", "-o", "LogLevel=QUIET", "-e", "none", "-i", "/etc/passwd"];
        Assert.Equal(await RunAsync("ssh", ["-G", .. options, "h"]), await RunAsync(AditProgram.ExecutablePath, ["ssh", "-G", .. options, "h"]));
    }

    [Theory]
    [InlineData("cipher")]
    [InlineData("cipher-auth")]
    [InlineData("compression")]
    [InlineData("kex")]
    [InlineData("key")]
    [InlineData("key-plain")]
    [InlineData("key-sig")]
    [InlineData("mac")]
    [InlineData("protocol-version")]
    [InlineData("sig")]
    [InlineData("Ciphers")]
    [InlineData("HostKeyAlgorithms")]
    [InlineData("PubkeyAcceptedAlgorithms")]
    [InlineData("help")]
    public async Task Query_NamesWhatOpenSshKnows(string query)
    {
        PeerRequired.Installed("ssh");
        string[] theirs = (await ProcessRunner.RunAsync("ssh", "-Q", query)).Succeeded().Text.Split('\n');
        string[] ours = (await ProcessRunner.RunAsync(AditProgram.ExecutablePath, "ssh", "-Q", query)).Succeeded().Text.Split('\n');
        Assert.NotEmpty(ours[0]);
        Assert.Empty(ours.Where(n => !n.StartsWith("mlkem768", StringComparison.Ordinal)).Except(theirs));
    }

    [Fact]
    public async Task UnknownQuery_Is255()
    {
        ProcessResult result = await ProcessRunner.RunAsync(AditProgram.ExecutablePath, "ssh", "-Q", "nosuch");
        Assert.Equal((255, "Unsupported query \"nosuch\""), (result.ExitCode, result.Errors.Trim()));
    }

    private static async Task<string[]> RunAsync(string program, params string[] arguments) =>
        [.. (await ProcessRunner.RunAsync(program, arguments)).Succeeded().Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => !Different.Contains(l.Split(' ')[0])).Order(StringComparer.Ordinal)];
}
