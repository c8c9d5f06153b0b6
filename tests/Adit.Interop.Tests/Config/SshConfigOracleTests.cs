using Adit.Core;
using Adit.Ssh.Config;

namespace Adit.Interop.Tests.Config;

/// <summary>Our reading of ssh_config(5) beside that of the installed ssh, file by file.</summary>
public sealed class SshConfigOracleTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("adit-config-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string, string> Configurations => new()
    {
        { "x", "" },
        { "Foo.Example", "Port 22\nPort 23\nUser a\nUser b" },
        { "a.example", "Host *.example !b.example\n Port 1\nHost b*\n Port 2\nHost *\n Port 3" },
        { "b.example", "Host *.example !b.example\n Port 1\nHost b*\n Port 2\nHost *\n Port 3" },
        { "web1", "Host web? db?\n User w\nHost !web1\n User z\nHost WEB1\n Port 9" },
        { "WEB1", "Host web1\n Port 8\nHost WEB*\n Port 9" },
        { "x", "PORT=2222\n  User = me  \nHostName\t=\tother.example # comment\n#Port 1\n\n\tCompression yes" },
        { "x", "User \"with blank\"\nIdentityFile \"/a b/c\\\"d\"\nIdentityFile '/e f'\nIdentityFile /g\\ h\nIdentityFile /g#h" },
        { "x", "HostName %h.inner.example\nMatch host x.inner.example\n Port 5\nMatch originalhost x\n User o" },
        { "x", "Match user nobody-here\n Port 1\nMatch !user nobody-here\n Port 2" },
        { "x", "Match exec true\n Port 1\nMatch exec \"test %h = x\"\n User e\nMatch !exec false\n Compression yes\nMatch exec false\n BatchMode yes" },
        { "x", "Match all\n Port 7\nMatch host y,z all\n" },
        { "x", "Match host \"y,x\" user *\n Port 7\nMatch host=x\n User q\nMatch HOST X\n BatchMode yes" },
        { "x", "HostName Final.Example\nMatch final host final.example\n Port 4\nHost final.example\n User f\nMatch canonical\n Compression yes" },
        { "x", "Port 1\nMatch final all\n Port 2\n User late\n LocalForward 1 h:2\n SendEnv Q" },
        { "x", "LocalForward 8080 intranet:80\nLocalForward 10.0.0.1:8081 [::1]:80\nLocalForward *:8082 intranet:80\nLocalForward 8083 /run/%h-%n-${HOME}\nLocalForward 8080 intranet:80" },
        { "x", "RemoteForward 0 intranet:80\nRemoteForward 8084\nRemoteForward [::1]:8085 h:1\nRemoteForward /tmp/r h:1\nRemoteForward 9 /tmp/%u" },
        { "x", "DynamicForward *:1080\nDynamicForward 1081\nDynamicForward [::1]:1082\nExitOnForwardFailure yes\nClearAllForwardings no" },
        { "x", "LocalForward 1 a:1\nClearAllForwardings yes" },
        { "x", "GatewayPorts yes\nStreamLocalBindMask 0117\nStreamLocalBindUnlink yes\nPermitRemoteOpen h:1 *:2" },
        { "x", "IdentityFile /k/%h-%n-%p-%r-%u-%i-%l-%L-%k-%%\nHostName y\nHostKeyAlias alias\nPort 5\nUser r" },
        { "x", "UserKnownHostsFile ~/kh-%h ${HOME}/kh2\nGlobalKnownHostsFile none\nControlPath ~/c-%C\nControlPersist 10m\nControlMaster auto" },
        { "x", "UserKnownHostsFile none\nGlobalKnownHostsFile /a /b\nControlPath none\nControlPersist yes\nControlMaster autoask" },
        { "x", "ProxyJump a@b:1,c:2,[::1]:3\nProxyCommand nc %h %p" },
        { "x", "ProxyCommand none\nProxyJump jump" },
        { "x", "ProxyJump none\nProxyJump jump" },
        { "x", "ConnectTimeout 1m30s\nServerAliveInterval 1h\nServerAliveCountMax 9\nRekeyLimit 1G 1h\nConnectionAttempts 3\nTCPKeepAlive no\nKeepAlive yes" },
        { "x", "RekeyLimit default none\nConnectTimeout none" },
        { "x", "RekeyLimit 16K" },
        { "x", "SendEnv A B* C\nSendEnv -B*\nSetEnv X=1 \"Y=a b\" X=2\nSetEnv Z=3\nRemoteCommand echo \"%h\" %%  # kept" },
        { "x", "StrictHostKeyChecking accept-new\nHashKnownHosts yes\nCheckHostIP yes\nUpdateHostKeys ask\nVisualHostKey yes\nFingerprintHash md5" },
        { "x", "StrictHostKeyChecking no\nUpdateHostKeys no\nNoHostAuthenticationForLocalhost yes" },
        { "x", "StrictHostKeyChecking yes\nPubkeyAuthentication no\nPasswordAuthentication no\nChallengeResponseAuthentication no\nNumberOfPasswordPrompts 1\nBatchMode yes\nIdentitiesOnly yes\nRequiredRSASize 2048" },
        { "x", "Ciphers aes128-ctr,aes256-gcm@openssh.com\nMACs hmac-sha2-512\nKexAlgorithms curve25519-sha256\nHostKeyAlgorithms ssh-ed25519\nPubkeyAcceptedKeyTypes rsa-sha2-512" },
        { "x", "Ciphers +aes128-cbc\nMACs -*etm*,hmac-sha1\nKexAlgorithms ^ecdh-sha2-nistp256\nHostKeyAlgorithms -*cert*\nPubkeyAcceptedAlgorithms +ssh-rsa" },
        { "x", "Ciphers ^aes256-ctr\nMACs -umac*\nPubkeyAcceptedAlgorithms *-sha2-*\nKexAlgorithms +diffie-hellman-group14-sha1" },
        { "x", "LogLevel DEBUG2\nRequestTTY force\nSessionType none\nStdinNull yes\nForkAfterAuthentication yes\nAddressFamily inet6\nBindAddress ::1\nBindInterface lo\nForwardX11 no\nTunnel no" },
        { "x", "IgnoreUnknown Foo*,bar\nFooBar 1\nBAR x\nUsePrivilegedPort yes\nProtocol 2\nUseRoaming no\nGSSAPIAuthentication yes\nIPQoS none\nXAuthLocation /x" },
        { "x", "Host y\nIdentityFile /no\nHost x\nIdentityFile /yes\nIdentityFile /yes\nIdentityFile2 /two\nCertificateFile /c" },
        { "x", "Include FOLDER/inc/*.conf\nPort 99\nHost nobody\n Include FOLDER/only\nHost x\n Include FOLDER/o?l[x-z] FOLDER/missing" },
        { "10.0.0.1", "Host 10.0.0.*\n HostName ::1" },
        { "x", "Host *\r\n  Port 77\r\n" },
        { "x", "Tunnel no\nEscapeChar none\nAddKeysToAgent confirm 1h\nForwardAgent yes" },
    };

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Resolution_EqualsOpenSsh(string host, string text)
    {
        string file = Write(text);
        (int code, ILookup<string, string> theirs, string error) = OpenSshConfigDump.Run("-F", file, host);
        if (code != 0)
        {
            Assert.Equal(255, code);
            var e = Assert.Throws<TunnelException>(() => Resolve(host, file));
            Assert.NotEqual("", e.Message);
            return;
        }

        ILookup<string, string> ours = OpenSshConfigDump.Describe(Resolve(host, file));
        Assert.Equal("", string.Join('\n', error.Split('\n').Where(l => l.Length > 0 && !l.StartsWith("Pseudo-terminal", StringComparison.Ordinal))));
        foreach (IGrouping<string, string> own in ours)
        {
            Assert.Equal($"{own.Key} {string.Join("\n", own)}", $"{own.Key} {string.Join("\n", own.Key == "identityfile" ? theirs[own.Key].Select(Expand) : theirs[own.Key])}");
        }

        // dynamicforward is left out: ssh -G prints forwards to sockets under that name too.
        foreach (string key in new[] { "localforward", "remoteforward", "proxyjump", "sendenv", "setenv", "controlpath", "certificatefile", "remotecommand", "hostkeyalias" })
        {
            Assert.Equal(theirs[key].Count(), ours[key].Count());
        }

        // ssh -G prints identity files before their expansion.
        string Expand(string path) => path.Contains('%', StringComparison.Ordinal) ? ours["identityfile"].Single() : path;
    }

    [Theory]
    [InlineData("Foo bar")]
    [InlineData("Port")]
    [InlineData("Port x")]
    [InlineData("Port 22 23")]
    [InlineData("User \"a")]
    [InlineData("ServerAliveInterval x")]
    [InlineData("LocalForward 80")]
    [InlineData("RekeyLimit 1")]
    [InlineData("Host")]
    [InlineData("Match")]
    [InlineData("ProxyJump a@b:x")]
    [InlineData("LogLevel foo")]
    [InlineData("NumberOfPasswordPrompts x")]
    [InlineData("StreamLocalBindMask 8")]
    [InlineData("EscapeChar foo")]
    [InlineData("SetEnv x")]
    [InlineData("UserKnownHostsFile none x")]
    [InlineData("Host nobody\n Port x")]
    [InlineData("LocalForward x y", " Bad forwarding specification.")]
    [InlineData("Compression maybe", "unsupported option \"maybe\".")]
    [InlineData("Match foo", "Bad Match condition")]
    [InlineData("Match all host x", "Bad Match condition")]
    [InlineData("Ciphers foo")]
    [InlineData("MACs ^*512*")]
    [InlineData("PubkeyAcceptedAlgorithms ssh-*,foo")]
    public void Error_IsWordedAsOpenSshDoes(string text, string? except = null)
    {
        string file = Write("\n" + text);
        (int code, _, string error) = OpenSshConfigDump.Run("-F", file, "x");
        Assert.Equal(255, code);
        string message = Assert.Throws<TunnelException>(() => Resolve("x", file)).Message;
        string theirs = error.Split('\n').First(l => l.StartsWith(file, StringComparison.Ordinal) && l.Contains(except ?? "", StringComparison.Ordinal)).TrimEnd();
        Assert.StartsWith(except is null ? theirs : theirs[..theirs.IndexOf(except, StringComparison.Ordinal)], message, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryKeywordOfTheInstalledSsh_IsKnown()
    {
        // The names that ssh -G prints, and those of its manual that it does not.
        string[] names = [.. OpenSshConfigDump.Run("-F", "none", "x").Values.Select(g => g.Key).Where(k => k != "host")];
        Assert.True(names.Length > 70);
        foreach (string name in names.Concat(["hostkeyalias", "ignoreunknown", "localcommand", "revokedhostkeys", "pkcs11provider", "knownhostscommand", "proxycommand", "identityagent", "kbdinteractivedevices"]))
        {
            var e = Record.Exception(() => SshConfigResolver.Resolve(new SshConfigRequest { Host = "x", ConfigFile = "none", Options = [$"{name} \u0001"] }));
            Assert.DoesNotContain("Bad configuration option", e?.Message ?? "", StringComparison.Ordinal);
        }
    }

    private static SshConfig Resolve(string host, string file) => SshConfigResolver.Resolve(new SshConfigRequest { Host = host, ConfigFile = file, Algorithms = OpenSshConfigDump.Lists });

    private string Write(string text)
    {
        string file = Path.Combine(_folder, "config");
        File.WriteAllText(file, text.Replace("FOLDER", _folder, StringComparison.Ordinal) + "\n");
        Directory.CreateDirectory(Path.Combine(_folder, "inc"));
        File.WriteAllText(Path.Combine(_folder, "inc", "b.conf"), "User second\nPort 12\n");
        File.WriteAllText(Path.Combine(_folder, "inc", "a.conf"), "User first\nHost elsewhere\nPort 11\n");
        File.WriteAllText(Path.Combine(_folder, "inc", ".hidden.conf"), "User hidden\n");
        File.WriteAllText(Path.Combine(_folder, "only"), "Host x\nBatchMode yes\nMatch all\nCompression yes\n");
        File.WriteAllText(Path.Combine(_folder, "only"), "Host x\nBatchMode yes\nMatch all\nCompression yes\n");
        File.WriteAllText(Path.Combine(_folder, "oxly"), "ConnectionAttempts 4\n");
        File.WriteAllText(Path.Combine(_folder, "oyly"), "ConnectionAttempts 5\n");
        File.WriteAllText(Path.Combine(_folder, "oylz"), "ConnectionAttempts 6\n");
        return file;
    }
}
