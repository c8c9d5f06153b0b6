using System.Globalization;
using System.Net;
using Adit.Core;
using Adit.Ssh.Config;
using Adit.Ssh.Config.Server;
using Adit.Ssh.Keys;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Config;

/// <summary>Our reading of sshd_config(5) beside that of the installed sshd, file by file and line by line.</summary>
public sealed class SshdConfigOracleTests : IAsyncLifetime
{
    private static readonly SemaphoreSlim Once = new(1);
    private static SshAlgorithmLists? s_lists;

    private readonly PeerFolder _folder = new("sshd-config");
    private SshAlgorithmLists _lists = SshAlgorithmLists.Default;
    private string _key = "";

    public static TheoryData<string, string> Good => new()
    {
        { "", "" },
        { "", "Port 2222\nPort 23\nPermitRootLogin yes\nPermitRootLogin no\nMaxAuthTries 3\nMAXSESSIONS 0\nLoginGraceTime 1m30s" },
        { "", "# comment\n\n  PermitRootLogin=yes\n\"Port\" 23\nBanner = \"a b\"\nAcceptEnv A #b c\nPermitTTY\tno\r\n" },
        { "", "ListenAddress 127.0.0.1\nListenAddress [::1]:5\nListenAddress *:33\nListenAddress ::\nPort 7\nPort 8" },
        { "", "AddressFamily inet" },
        { "", "AddressFamily inet6" },
        { "", "AllowUsers a b@192.0.2.1 c\nAllowUsers d ?e*\nDenyUsers x@10.0.0.0/8\nAllowGroups g !h\nDenyGroups x y" },
        { "", "AcceptEnv A B\nAcceptEnv LC_*\nSetEnv A=1 \"B=2 3\" A=9\nSetEnv D=1" },
        { "", "Subsystem sftp /x/y -f z\nSubsystem other \"/a b/c\" d \"e f\"\nForceCommand \"a\" \"b c\" d # e\nVersionAddendum   two  words" },
        { "", "PermitOpen a:1 [::1]:2 *:3 b:*\nPermitListen 1 a:2 *:3 h*:99" },
        { "", "PermitOpen none\nPermitListen none" },
        { "", "PermitOpen any\nPermitListen any" },
        { "", "PubkeyAuthentication yes\nAuthenticationMethods publickey,password publickey,keyboard-interactive:pam" },
        { "", "AuthenticationMethods any\nPubkeyAuthOptions verify-required touch-required" },
        { "", "LogVerbose kex.c:*:10,a b\nLogLevel VERBOSE\nSyslogFacility local7\nFingerprintHash md5" },
        { "", "LogLevel DEBUG\nSyslogFacility AUTHPRIV" },
        { "", "RekeyLimit 1G 1h" },
        { "", "RekeyLimit default none" },
        { "", "RekeyLimit 16 1w2d" },
        { "", "IPQoS af21 none" },
        { "", "IPQoS 0x10" },
        { "", "ChannelTimeout session:*=5m agent-connection=1h\nUnusedConnectionTimeout 1h" },
        { "", "ChannelTimeout none\nUnusedConnectionTimeout none" },
        { "", "MaxStartups 5\nPerSourceMaxStartups 3\nPerSourceNetBlockSize 24:56" },
        { "", "MaxStartups 1:100:2\nPerSourceMaxStartups none\nPerSourceNetBlockSize 8:9" },
        { "", "ChrootDirectory /a/%u\nPermitUserEnvironment A,B*\nGatewayPorts clientspecified\nPidFile none\nPermitTunnel point-to-point\nStreamLocalBindMask 0117" },
        { "", "AuthorizedKeysCommand /bin/x %u \"a b\"\nAuthorizedKeysCommandUser nobody\nAuthorizedKeysFile .k /b/%u\nAuthorizedPrincipalsFile %h/p" },
        { "", "AuthorizedKeysFile none\nAuthorizedPrincipalsCommand /bin/p %i\nAuthorizedPrincipalsCommandUser nobody" },
        { "", "ClientAliveInterval 1m\nClientAliveCountMax 0\nRequiredRSASize 2048\nTrustedUserCAKeys /ca\nRevokedKeys none\nTCPKeepAlive no\nKeepAlive yes" },
        { "", "PermitRootLogin forced-commands-only\nIgnoreRhosts shosts-only\nAllowStreamLocalForwarding local\nAllowTcpForwarding all\nAllowAgentForwarding no" },
        { "", "AllowTcpForwarding remote\nAllowStreamLocalForwarding no\nDisableForwarding yes\nStreamLocalBindUnlink yes\nExposeAuthInfo yes\nStrictModes no" },
        { "", "PubkeyAcceptedAlgorithms -ssh-rsa*,*cert*\nHostKeyAlgorithms ^rsa-sha2-512\nCiphers -aes*\nKexAlgorithms +diffie-hellman-group14-sha1\nMACs ^hmac-md5\nCASignatureAlgorithms +ssh-rsa" },
        { "", "PubkeyAcceptedKeyTypes rsa-sha2-*,ssh-ed25519\nHostKeyAlgorithms ssh-ed25519\nCiphers aes128-ctr,aes256-gcm@openssh.com\nKexAlgorithms curve25519-sha256\nMACs hmac-sha2-512" },
        { "", "Compression delayed\nUseDNS yes\nPrintMotd no\nPrintLastLog no\nPermitUserRC no\nPermitEmptyPasswords yes\nPasswordAuthentication no\nChallengeResponseAuthentication no" },
        { "", "X11Forwarding yes\nX11DisplayOffset 20\nX11UseLocalhost no\nXAuthLocation none\nModuliFile /m\nGSSAPIAuthentication yes\nKerberosAuthentication no\nHostbasedAuthentication yes" },
        { "", "UsePrivilegeSeparation sandbox\nProtocol 2\nKeyRegenerationInterval 1h\nServerKeyBits 1024\nRSAAuthentication yes\nUseLogin no" },
        { "user=bob,addr=10.1.1.1", "PasswordAuthentication yes\nMatch User bob,alice Address 10.0.0.0/8\n PasswordAuthentication no\n PermitOpen none\nMatch user bob\n PasswordAuthentication yes\n X11Forwarding yes" },
        { "user=eve,addr=10.1.1.1", "PasswordAuthentication yes\nMatch User bob,alice Address 10.0.0.0/8\n PasswordAuthentication no\nMatch user *,!bob\n X11Forwarding yes" },
        { "user=root,addr=10.1.1.1", "Match group root\n Banner /root\nMatch group *,!root\n X11Forwarding yes" },
        { "user=nosuchuser,addr=10.1.1.1", "Match group *\n Banner /x" },
        { "user=a,addr=::1", "Match address 127.0.0.0/8,::1\n Banner /l\nMatch address *:*\n PermitTTY no" },
        { "user=a,addr=192.0.2.9,host=web.example.org", "Match host *.example.org,!db.*\n Banner /l\nMatch host WEB.*\n PermitTTY no\nMatch address 192.0.2.?\n MaxSessions 1" },
        { "user=a,addr=1.2.3.4,laddr=127.0.0.1,lport=2222", "Match LocalPort 2222 LocalAddress 127.0.0.1\n Banner /l\nMatch LocalPort=22\n PermitTTY no" },
        { "addr=1.2.3.4", "Match User a\n PermitTTY no\nMatch all\n Banner /all" },
        { "", "PasswordAuthentication yes\nMatch user bob\n X11Forwarding yes\nMatch all\n PasswordAuthentication no\n AcceptEnv FOO\nPort 44" },
        { "user=b", "AcceptEnv A\nAllowUsers a\nAuthorizedKeysFile a\nMatch User b\n AcceptEnv B\n AcceptEnv C\n AllowUsers c d\n AuthorizedKeysFile b c\n SetEnv X=1\n RekeyLimit 1M\n ForceCommand echo hi there" },
        { "user=b", "Include FOLDER/inc/*.conf\nBanner /late\nMatch user b\nInclude FOLDER/m.conf\n AcceptEnv Z\nMatch user x\nInclude FOLDER/m.conf" },
        { "user=x", "Match user b\nInclude FOLDER/m.conf\n AcceptEnv Z\nMatch all\nInclude FOLDER/inc/1.conf FOLDER/missing*" },
        { "user=b", "Include FOLDER/all.conf\nMaxSessions 3" },
    };

    public static TheoryData<string> Bad => new()
    {
        "Foo 1\nBar 2", "Port", "Port x", "Port 70000", "Port 1 2", "PermitRootLogin maybe", "Match User a\nPort 22", "Match Foo a", "Match User", "Match", "Match all user x",
        "Match address 10.0.0.1/8", "LoginGraceTime 1q", "MaxAuthTries x", "MaxSessions 99999999999", "Ciphers foo", "Ciphers +foo", "PubkeyAcceptedAlgorithms foo", "KexAlgorithms \"\"",
        "Subsystem sftp", "Subsystem a b\nSubsystem a c", "AuthorizedKeysCommand /bin/x", "AuthorizedKeysCommand x", "AuthenticationMethods foo", "PermitOpen foo", "PermitListen foo:x",
        "AllowUsers a@1.2.3.4/8", "MaxStartups 1:2", "MaxStartups 20:10:5", "SetEnv A", "IPQoS foo", "RekeyLimit 15", "RekeyLimit 16 -", "Compression maybe", "Banner \"x",
        "ClientAliveInterval -1", "StreamLocalBindMask 8", "PerSourceNetBlockSize 33", "ChannelTimeout foo", "AddressFamily foo", "LogLevel foo", "SyslogFacility foo", "PermitTunnel foo",
        "RDomain foo", "FingerprintHash x", "Ciphers aes*,foo", "Match localport x\n", "UsePAM maybe", "VersionAddendum", "AuthenticationMethods password\nPasswordAuthentication no",
    };

    public async ValueTask InitializeAsync()
    {
        PeerRequired.Installed("sshd", "ssh", PeerRequired.Root);
        using var key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        _key = _folder["host"];
        key.Save(_key);
        _folder.Write("inc/1.conf", "AcceptEnv I1\nMatch user b\n AcceptEnv I2\n");
        _folder.Write("inc/2.conf", "PermitTTY no\nBanner /inc\n");
        _folder.Write("m.conf", "MaxSessions 2\nMatch all\nAcceptEnv M\n");
        _folder.Write("all.conf", "MaxSessions 4\nMatch all\nMaxSessions 5\nMatch user b\nMaxSessions 6\nBanner /b\n");
        await Once.WaitAsync();
        try
        {
            _lists = s_lists ??= await ReadListsAsync();
        }
        finally
        {
            Once.Release();
        }
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [MemberData(nameof(Good))]
    public async Task ExtendedTest_EqualsOpenSsh(string connection, string text)
    {
        string file = Write(text);
        ProcessResult theirs = await RunAsync(connection.Length == 0 ? ["-T", "-f", file] : ["-T", "-f", file, "-C", connection]);
        theirs.Succeeded();

        SshdConfiguration ours = SshdConfiguration.Load(new SshdConfigRequest { File = file, Algorithms = _lists });

        Assert.Equal(Lines(theirs.Text), SshdConfigDump.Write(ours.For(Connection(connection))));
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task FaultOfFile_IsToldInOpenSshsWords(string text)
    {
        string file = Write(text);
        ProcessResult theirs = await RunAsync(["-T", "-f", file]);
        Assert.Equal(255, theirs.ExitCode);

        var e = Assert.Throws<TunnelException>(() => SshdConfiguration.Load(new SshdConfigRequest { File = file, Algorithms = _lists }));

        Assert.Equal(TunnelError.BadConfiguration, e.Error);
        string said = string.Join('\n', e.Message.Split('\n').Select(l => l.Split(", did you mean ")[0]));
        Assert.Contains(said.Split('\n')[^1], Lines(theirs.Errors));
    }

    private static SshdConnection Connection(string text)
    {
        var connection = new SshdConnection { FindGroups = user => user == "root" ? ["root"] : null };
        foreach (string[] pair in text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)))
        {
            connection = pair[0] switch
            {
                "user" => connection with { User = pair[1] },
                "host" => connection with { Host = pair[1] },
                "addr" => connection with { Address = IPAddress.Parse(pair[1]) },
                "laddr" => connection with { LocalAddress = IPAddress.Parse(pair[1]) },
                _ => connection with { LocalPort = int.Parse(pair[1], CultureInfo.InvariantCulture) },
            };
        }

        return connection;
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private string Write(string text) => _folder.Write("config", $"HostKey {_key}\n{text.Replace("FOLDER", _folder.Path, StringComparison.Ordinal)}\n");

    private static Task<ProcessResult> RunAsync(string[] arguments) => ProcessRunner.RunAsync("/usr/sbin/sshd", arguments);

    private async Task<SshAlgorithmLists> ReadListsAsync()
    {
        ProcessResult defaults = await RunAsync(["-T", "-f", Write("")]);
        defaults.Succeeded();
        ILookup<string, string> values = Lines(defaults.Text).Select(l => l.Split(' ', 2)).ToLookup(w => w[0], w => w.Length > 1 ? w[1] : "");
        IReadOnlyList<string> Default(string key) => values[key].Single().Split(',');
        var all = new Dictionary<string, IReadOnlyList<string>>();
        foreach ((string key, string query) in new[]
        {
            ("ciphers", "cipher"), ("macs", "mac"), ("kexalgorithms", "kex"), ("hostkeyalgorithms", "HostKeyAlgorithms"), ("pubkeyacceptedalgorithms", "PubkeyAcceptedAlgorithms"),
            ("hostbasedacceptedalgorithms", "PubkeyAcceptedAlgorithms"), ("casignaturealgorithms", "key-sig"),
        })
        {
            all[key] = Lines((await ProcessRunner.RunAsync("ssh", "-Q", query)).Text);
        }

        return new SshAlgorithmLists
        {
            Kex = Default("kexalgorithms"),
            HostKey = Default("hostkeyalgorithms"),
            Cipher = Default("ciphers"),
            Mac = Default("macs"),
            PublicKey = Default("pubkeyacceptedalgorithms"),
            CaSignature = Default("casignaturealgorithms"),
            Supported = all,
        };
    }
}
