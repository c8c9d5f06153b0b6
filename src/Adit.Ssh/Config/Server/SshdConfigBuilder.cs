using Adit.Core;

namespace Adit.Ssh.Config.Server;

/// <summary>Makes a configuration from the values that were read: defaults, and what must fit together.</summary>
internal static class SshdConfigBuilder
{
    public static SshdConfig Build(SshdConfigRequest request, SshdValues values)
    {
        bool hardened = values.Get("aditprofile", false);
        SshAlgorithmLists lists = hardened ? SshAlgorithmLists.Hardened : request.Algorithms;
        IReadOnlyList<int> ports = request.Ports.Count > 0 ? request.Ports : values.List<int>("port") is { Count: > 0 } given ? given : [SshdConfig.DefaultPort];
        (long octets, TimeSpan interval) = values.Get("rekeylimit", (0L, TimeSpan.Zero));
        IReadOnlyList<string> hostKeys = [.. values.List<string>("hostkey").Where(k => !IsNone(k))];
        IReadOnlyList<string> options = values.Get<IReadOnlyList<string>>("pubkeyauthoptions", []);
        IReadOnlyList<string> timeouts = values.Get<IReadOnlyList<string>>("channeltimeout", []);
        return Checked(new SshdConfig
        {
            Ports = ports,
            AddressFamily = values.Get("addressfamily", SshAddressFamily.Any),
            ListenAddresses = Listen(values.List<SshdListenAddress>("listenaddress"), ports),
            UsePam = values.Get("usepam", false),
            LoginGraceTime = values.Get("logingracetime", TimeSpan.FromSeconds(120)),
            MaxAuthTries = values.Get("maxauthtries", 6),
            MaxSessions = values.Get("maxsessions", 10),
            ClientAliveInterval = values.Get("clientaliveinterval", TimeSpan.Zero),
            ClientAliveCountMax = values.Get("clientalivecountmax", 3),
            MaxStartups = values.Get("maxstartups", (10, 30, 100)),
            PerSourceMaxStartups = values.Get("persourcemaxstartups", int.MaxValue) is < int.MaxValue and var most ? most : null,
            PerSourceNetBlockSize = values.Get("persourcenetblocksize", (32, 128)),
            PerSourcePenalties = values.Get<string?>("persourcepenalties", null),
            PerSourcePenaltyExemptList = values.Text("persourcepenaltyexemptlist"),
            TcpKeepAlive = values.Get("tcpkeepalive", true),
            Compression = values.Get("compression", true),
            UseDns = values.Get("usedns", false),
            PidFile = values.Has("pidfile") ? values.Text("pidfile") : "/run/sshd.pid",
            HostKeys = hostKeys.Count > 0 ? hostKeys : SshdConfig.DefaultHostKeys,
            HasHostKeys = hostKeys.Count > 0,
            HostCertificates = values.List<string>("hostcertificate"),
            HostKeyAgent = values.Text("hostkeyagent"),
            VersionAddendum = values.Text("versionaddendum"),
            LogLevel = values.Get("loglevel", SshLogLevel.Info),
            SyslogFacility = values.Get("syslogfacility", "AUTH"),
            LogVerbose = values.List<string>("logverbose"),
            FingerprintHash = values.Get("fingerprinthash", "SHA256"),
            RekeyOctets = octets,
            RekeyInterval = interval,
            IPQoS = values.Get("ipqos", ("lowdelay", "throughput")),
            IsHardened = hardened,
            Ciphers = Algorithms(values, lists, "ciphers", lists.Cipher),
            Macs = Algorithms(values, lists, "macs", lists.Mac),
            KexAlgorithms = Algorithms(values, lists, "kexalgorithms", lists.Kex),
            HostKeyAlgorithms = Algorithms(values, lists, "hostkeyalgorithms", lists.HostKey),
            PubkeyAcceptedAlgorithms = Algorithms(values, lists, "pubkeyacceptedalgorithms", lists.PublicKey),
            HostbasedAcceptedAlgorithms = Algorithms(values, lists, "hostbasedacceptedalgorithms", lists.PublicKey),
            CaSignatureAlgorithms = Algorithms(values, lists, "casignaturealgorithms", lists.CaSignature ?? lists.PublicKey),

            PermitRootLogin = values.Get("permitrootlogin", PermitRootLogin.ProhibitPassword),
            PubkeyAuthentication = values.Get("pubkeyauthentication", true),
            PasswordAuthentication = values.Get("passwordauthentication", true),
            KbdInteractiveAuthentication = values.Get("kbdinteractiveauthentication", true),
            PermitEmptyPasswords = values.Get("permitemptypasswords", false),
            HostbasedAuthentication = values.Get("hostbasedauthentication", false),
            AuthenticationMethods = [.. values.Get<IReadOnlyList<string>>("authenticationmethods", []).Select(l => (IReadOnlyList<string>)l.Split(','))],
            RequiredRsaSize = Math.Max(1024, values.Get("requiredrsasize", lists.RequiredRsaSize)),
            TouchRequired = options.Contains("touch-required"),
            VerifyRequired = options.Contains("verify-required"),
            AuthorizedKeysFiles = values.Get("authorizedkeysfile", SshdConfig.DefaultAuthorizedKeysFiles) is [var only] && IsNone(only) ? [] : values.Get("authorizedkeysfile", SshdConfig.DefaultAuthorizedKeysFiles),
            AuthorizedKeysCommand = values.Text("authorizedkeyscommand"),
            AuthorizedKeysCommandUser = values.Text("authorizedkeyscommanduser"),
            AuthorizedPrincipalsFile = values.Text("authorizedprincipalsfile"),
            AuthorizedPrincipalsCommand = values.Text("authorizedprincipalscommand"),
            AuthorizedPrincipalsCommandUser = values.Text("authorizedprincipalscommanduser"),
            TrustedUserCaKeys = values.Text("trustedusercakeys"),
            RevokedKeys = values.Text("revokedkeys"),
            StrictModes = values.Get("strictmodes", true),
            AllowUsers = values.List<string>("allowusers"),
            DenyUsers = values.List<string>("denyusers"),
            AllowGroups = values.List<string>("allowgroups"),
            DenyGroups = values.List<string>("denygroups"),
            Banner = values.Text("banner"),
            RefuseConnection = values.Get("refuseconnection", false),

            AllowTcpForwarding = values.Get("allowtcpforwarding", SshdForwarding.All),
            AllowStreamLocalForwarding = values.Get("allowstreamlocalforwarding", SshdForwarding.All),
            AllowAgentForwarding = values.Get("allowagentforwarding", true),
            DisableForwarding = values.Get("disableforwarding", false),
            PermitOpen = Permissions(values, "permitopen"),
            PermitListen = Permissions(values, "permitlisten"),
            GatewayPorts = values.Get("gatewayports", SshdGatewayPorts.No),
            PermitTunnel = values.Get("permittunnel", "no"),
            StreamLocalBindMask = values.Get("streamlocalbindmask", SshConfig.DefaultStreamLocalBindMask),
            StreamLocalBindUnlink = values.Get("streamlocalbindunlink", false),
            X11Forwarding = values.Get("x11forwarding", false),
            PermitTty = values.Get("permittty", true),
            PermitUserRc = values.Get("permituserrc", true),
            PermitUserEnvironment = values.Get("permituserenvironment", "no"),
            AcceptEnv = values.List<string>("acceptenv"),
            SetEnv = values.Get<List<KeyValuePair<string, string>>>("setenv", []),
            ForceCommand = values.Text("forcecommand"),
            Subsystems = values.List<KeyValuePair<string, string>>("subsystem"),
            ChrootDirectory = values.Text("chrootdirectory"),
            PrintMotd = values.Get("printmotd", true),
            PrintLastLog = values.Get("printlastlog", true),
            ExposeAuthInfo = values.Get("exposeauthinfo", false),
            ChannelTimeoutTexts = timeouts,
            ChannelTimeouts = [.. timeouts.Select(ChannelTimeout)],
            UnusedConnectionTimeout = values.Get("unusedconnectiontimeout", TimeSpan.Zero) is { Ticks: > 0 } unused ? unused : null,
            Others = SshdKeywords.Others.ToDictionary(o => o.Key, o => values.Get(o.Key, o.Default)),
        });
    }

    private static bool IsNone(string word) => word.Equals("none", StringComparison.OrdinalIgnoreCase);

    private static (string Pattern, TimeSpan Timeout) ChannelTimeout(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        _ = SshConfigUnits.TryParseTime(text.AsSpan(equals + 1), out TimeSpan time);
        return (text[..equals], time);
    }

    private static IReadOnlyList<SshdListenAddress> Listen(IReadOnlyList<SshdListenAddress> addresses, IReadOnlyList<int> ports) =>
        [.. (addresses.Count > 0 ? addresses : [new SshdListenAddress(null, 0)]).SelectMany(a => a.Port > 0 ? [a] : ports.Select(p => a with { Port = p }))];

    private static List<SshdPermission>? Permissions(SshdValues values, string key) => values.Get<object>(key, "any") switch
    {
        List<SshdPermission> list => list,
        "none" => [],
        _ => null,
    };

    private static IReadOnlyList<string> Algorithms(SshdValues values, SshAlgorithmLists lists, string key, IReadOnlyList<string> defaults)
    {
        string? list = values.Get<string?>(key, null);
        IReadOnlyList<string> supported = lists.Supported.GetValueOrDefault(key, defaults);
        IReadOnlyList<string> resolved = SshAlgorithmList.Resolve(list, defaults, supported);
        return resolved.Count > 0
            ? resolved
            : throw new TunnelException(TunnelError.NoCommonAlgorithm, $"{key}: expected at least one of {string.Join(',', supported)}, got {list}");
    }

    private static SshdConfig Checked(SshdConfig config)
    {
        if (config.AuthorizedKeysCommand is not null && config.AuthorizedKeysCommandUser is null) throw Wrong("AuthorizedKeysCommand set without AuthorizedKeysCommandUser");
        if (config.AuthorizedPrincipalsCommand is not null && config.AuthorizedPrincipalsCommandUser is null) throw Wrong("AuthorizedPrincipalsCommand set without AuthorizedPrincipalsCommandUser");
        if (config.AuthenticationMethods.Count == 0) return config;
        var enabled = new Dictionary<string, bool>
        {
            ["none"] = config.PermitEmptyPasswords,
            ["publickey"] = config.PubkeyAuthentication,
            ["password"] = config.PasswordAuthentication,
            ["keyboard-interactive"] = config.KbdInteractiveAuthentication,
            ["hostbased"] = config.HostbasedAuthentication,
            ["gssapi-with-mic"] = config.Others["gssapiauthentication"] == "yes",
            ["gssapi-keyex"] = config.Others["gssapikeyexchange"] == "yes",
        };
        IReadOnlyList<string>[] possible = [.. config.AuthenticationMethods.Where(l => l.All(m => enabled[m.Split(':')[0]]))];
        return possible.Length > 0 ? config : throw Wrong("AuthenticationMethods cannot be satisfied by enabled authentication methods");
    }

    private static TunnelException Wrong(string what) => new(TunnelError.BadConfiguration, what);
}
