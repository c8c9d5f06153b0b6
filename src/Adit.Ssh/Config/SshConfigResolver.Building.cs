using Adit.Core;

namespace Adit.Ssh.Config;

public static partial class SshConfigResolver
{
    // ssh_config(5), IdentityFile; without the kinds that are not read here (DSA, XMSS)
    private static readonly string[] DefaultIdentities = ["~/.ssh/id_rsa", "~/.ssh/id_ecdsa", "~/.ssh/id_ecdsa_sk", "~/.ssh/id_ed25519", "~/.ssh/id_ed25519_sk"];

    private static SshConfig Build(SshConfigValues values, SshConfigEnvironment environment, SshConfigRequest request, string host)
    {
        int port = values.Get("port", SshConfig.DefaultPort);
        string user = values.Text("user") ?? environment.LocalUser;
        TokenExpander expand = TokenExpander.Create(environment, host, request.Host, values.Text("hostkeyalias"), port, user);
        (long octets, TimeSpan interval) = values.Get("rekeylimit", (0L, TimeSpan.Zero));
        IReadOnlyList<string> identities = values.List<string>("identityfile");
        bool gateway = values.Get("gatewayports", false);
        bool forwards = !values.Get("clearallforwardings", request.IsStdioForward);
        bool hardened = values.Get("aditprofile", false);
        SshAlgorithmLists algorithms = hardened ? SshAlgorithmLists.Hardened : request.Algorithms;
        return new SshConfig
        {
            OriginalHost = request.Host,
            HostName = host,
            Port = port,
            User = user,
            HostKeyAlias = values.Text("hostkeyalias"),
            Tag = values.Text("tag"),
            AddressFamily = values.Get("addressfamily", SshAddressFamily.Any),
            BindAddress = values.Text("bindaddress"),
            BindInterface = values.Text("bindinterface"),
            ConnectTimeout = values.Get("connecttimeout", TimeSpan.Zero) is { Ticks: > 0 } timeout ? timeout : null,
            ConnectionAttempts = values.Get("connectionattempts", 1),
            TcpKeepAlive = values.Get("tcpkeepalive", true),
            ServerAliveInterval = values.Get("serveraliveinterval", SshConfig.DefaultServerAliveInterval),
            ServerAliveCountMax = values.Get("serveralivecountmax", SshConfig.DefaultServerAliveCountMax),
            ProxyJump = [.. values.Get<IReadOnlyList<SshDestination>>("proxyjump", []).Select(jump => jump with
            {
                Host = expand.Proxy("ProxyJump", jump.Host),
                User = jump.User is { } jumpUser ? expand.Proxy("ProxyJump", jumpUser) : null,
            })],
            ProxyCommand = Command(values, "proxycommand") is { } proxy ? expand.Proxy("ProxyCommand", proxy) : null,
            ProxyUseFdPass = values.Get("proxyusefdpass", false),
            Compression = values.Get("compression", false),
            RekeyOctets = octets,
            RekeyInterval = interval,
            CanonicalizeHostname = values.Get("canonicalizehostname", CanonicalizeHostname.No),
            IsHardened = hardened,
            Ciphers = Algorithms(values, algorithms, "ciphers", algorithms.Cipher),
            Macs = Algorithms(values, algorithms, "macs", algorithms.Mac),
            KexAlgorithms = Algorithms(values, algorithms, "kexalgorithms", algorithms.Kex),
            HostKeyAlgorithms = Algorithms(values, algorithms, "hostkeyalgorithms", algorithms.HostKey),
            HasHostKeyAlgorithms = values.Has("hostkeyalgorithms"),
            PubkeyAcceptedAlgorithms = Algorithms(values, algorithms, "pubkeyacceptedalgorithms", algorithms.PublicKey),

            CaSignatureAlgorithms = Algorithms(values, algorithms, "casignaturealgorithms", hardened ? algorithms.CaSignature! : KeyExchange.SshAlgorithms.Default.CertificateAuthority),
            IdentityFiles = [.. (identities.Count > 0 ? identities.Where(f => !IsNone(f)) : DefaultIdentities).Select(f => expand.Path("IdentityFile", f))],
            HasIdentityFiles = identities.Count > 0,
            CertificateFiles = [.. values.List<string>("certificatefile").Where(f => !IsNone(f)).Select(f => expand.Path("CertificateFile", f))],
            IdentitiesOnly = values.Get("identitiesonly", false),
            IdentityAgent = Agent(values, environment, expand),
            AddKeysToAgent = values.Text("addkeystoagent") is { } add && add is not ("no" or "false") ? add : null,
            PreferredAuthentications = values.Text("preferredauthentications")?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? SshConfig.DefaultAuthentications,
            PubkeyAuthentication = values.Get("pubkeyauthentication", "true") != "false",
            PubkeyBindsToHost = values.Get("pubkeyauthentication", "true") is "true" or "host-bound",
            PasswordAuthentication = values.Get("passwordauthentication", true),
            KbdInteractiveAuthentication = values.Get("kbdinteractiveauthentication", true),
            NumberOfPasswordPrompts = values.Get("numberofpasswordprompts", 3),
            BatchMode = values.Get("batchmode", false),
            RequiredRsaSize = values.Get("requiredrsasize", algorithms.RequiredRsaSize),
            CheckHostIP = values.Get("checkhostip", false),
            NoHostAuthenticationForLocalhost = values.Get("nohostauthenticationforlocalhost", false),
            StrictHostKeyChecking = values.Get("stricthostkeychecking", StrictHostKeyChecking.Ask),
            UserKnownHostsFiles = [.. Files(values, "userknownhostsfile", ["~/.ssh/known_hosts", "~/.ssh/known_hosts2"]).Select(f => expand.Path("UserKnownHostsFile", f))],
            GlobalKnownHostsFiles = [.. Files(values, "globalknownhostsfile", [Path.Combine(environment.SystemDirectory, "ssh_known_hosts"), Path.Combine(environment.SystemDirectory, "ssh_known_hosts2")])],
            KnownHostsCommand = Command(values, "knownhostscommand"),
            Tokens = expand,
            RevokedHostKeys = values.Text("revokedhostkeys") is { } revoked && !IsNone(revoked) ? expand.Path("RevokedHostKeys", revoked) : null,
            HashKnownHosts = values.Get("hashknownhosts", false),
            UpdateHostKeys = values.Get("updatehostkeys", UpdatesHostKeys(values) ? UpdateHostKeys.Yes : UpdateHostKeys.No),
            VisualHostKey = values.Get("visualhostkey", false),
            FingerprintHash = values.Get("fingerprinthash", "SHA256"),

            LocalForwards = forwards ? [.. values.List<LocalForward>("localforward").Select(f => (f with { Listen = expand.Socket("LocalForward", f.Listen), Target = expand.Socket("LocalForward", f.Target) }).WithGatewayPorts(gateway))] : [],
            RemoteForwards = forwards ? [.. values.List<RemoteForward>("remoteforward").Select(f => f with { Listen = expand.Socket("RemoteForward", f.Listen), Target = f.Target is null ? null : expand.Socket("RemoteForward", f.Target) })] : [],
            DynamicForwards = forwards ? [.. values.List<DynamicForward>("dynamicforward").Select(f => f.WithGatewayPorts(gateway))] : [],
            ClearAllForwardings = !forwards,
            ExitOnForwardFailure = values.Get("exitonforwardfailure", request.IsStdioForward),
            GatewayPorts = gateway,
            PermitRemoteOpen = values.Get("permitremoteopen", PermitRemoteOpen.Any),
            StreamLocalBindMask = values.Get("streamlocalbindmask", SshConfig.DefaultStreamLocalBindMask),
            StreamLocalBindUnlink = values.Get("streamlocalbindunlink", false),
            ForwardAgent = values.Get("forwardagent", "no") != "no",
            ForwardAgentSocket = values.Get("forwardagent", "no") is not ("yes" or "no") and var socket ? Socket(socket, environment, expand, "ForwardAgent") : null,
            ForwardX11 = values.Get("forwardx11", false),
            Tunnel = forwards ? values.Get("tunnel", "no") : "no",
            TunnelDevice = values.Get("tunneldevice", TunnelUnits.Any),

            LogLevel = values.Get("loglevel", SshLogLevel.Info),
            LogVerbose = [.. Files(values, "logverbose", [])],
            RequestTty = values.Get("requesttty", RequestTty.Auto),
            RemoteCommand = Command(values, "remotecommand") is { } command ? expand.Command("RemoteCommand", command) : null,
            LocalCommand = values.Get("permitlocalcommand", false) && Command(values, "localcommand") is { } local ? expand.LocalCommand(local) : null,
            SessionType = values.Get("sessiontype", SshSessionType.Default),
            StdinNull = values.Get("stdinnull", false),
            ForkAfterAuthentication = values.Get("forkafterauthentication", false),
            SendEnv = values.List<string>("sendenv"),
            SetEnv = values.Get<IReadOnlyList<KeyValuePair<string, string>>>("setenv", []),
            SyslogFacility = values.Get("syslogfacility", "USER"),
            EnableEscapeCommandline = values.Get("enableescapecommandline", false),
            PermitLocalCommand = values.Get("permitlocalcommand", false),
            EscapeCharacter = values.Get("escapechar", '~') is var escape and not '\0' ? escape : null,
            AsWritten = Written(values),
            ControlMaster = values.Get("controlmaster", ControlMaster.No),
            ControlPath = values.Text("controlpath") is { } path && !IsNone(path) ? expand.Path("ControlPath", path) : null,
            ControlPersist = values.Get("controlpersist", TimeSpan.Zero) is var persist && persist != TimeSpan.Zero ? persist : null,
        };
    }

    // ssh_config(5), UpdateHostKeys: on by default unless the user's known_hosts file is another one, or the DNS has a say.
    private static bool UpdatesHostKeys(SshConfigValues values) => values.Text("verifyhostkeydns")?.ToLowerInvariant() is null or "no" or "false" && values.Get<IReadOnlyList<string>>("userknownhostsfile", []) is [] or ["~/.ssh/known_hosts"];

    private static bool IsNone(string text) => text.Equals("none", StringComparison.OrdinalIgnoreCase);

    private static string? Command(SshConfigValues values, string key) => values.Text(key) is { } command && !IsNone(command) ? command : null;

    private static IEnumerable<string> Files(SshConfigValues values, string key, IReadOnlyList<string> otherwise) => values.Get(key, otherwise).Where(f => !IsNone(f));

    private static string? Agent(SshConfigValues values, SshConfigEnvironment environment, TokenExpander expand)
    {
        string agent = values.Text("identityagent") ?? "SSH_AUTH_SOCK";
        return Socket(agent, environment, expand, "IdentityAgent");
    }

    private static string? Socket(string agent, SshConfigEnvironment environment, TokenExpander expand, string keyword)
    {
        string? socket = agent switch
        {
            _ when IsNone(agent) => null,
            "SSH_AUTH_SOCK" => environment.GetVariable(agent),
            ['$', not '{', ..] => environment.GetVariable(agent[1..]),
            _ => expand.Path(keyword, agent),
        };
        return string.IsNullOrEmpty(socket) ? null : socket;
    }

    // What -G shows as the configuration has it: keywords that have no effect here, or whose words are worked upon.
    private static Dictionary<string, string> Written(SshConfigValues values)
    {
        var written = new Dictionary<string, string>();
        foreach (string key in SshConfigKeywords.IgnoredNames)
        {
            if (values.Text(key) is { } text) written[key] = text;
        }

        foreach (string key in (string[])["ignoreunknown", "addkeystoagent", "preferredauthentications", "knownhostscommand", "localcommand", "casignaturealgorithms", "identityagent", "revokedhostkeys", "proxycommand"])
        {
            if (values.Text(key) is { } text) written[key] = text;
        }

        foreach (string key in (string[])["canonicaldomains", "canonicalizepermittedcnames", "logverbose"])
        {
            if (values.Get<IReadOnlyList<string>>(key, []) is { Count: > 0 } words) written[key] = string.Join(' ', words);
        }

        written["canonicalizemaxdots"] = values.Get("canonicalizemaxdots", 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
        written["canonicalizefallbacklocal"] = values.Get("canonicalizefallbacklocal", true) ? "yes" : "no";
        IReadOnlyList<string> identities = values.List<string>("identityfile");
        written["identityfile"] = string.Join('\n', identities.Count > 0 ? identities : DefaultIdentities);
        return written;
    }

    private static IReadOnlyList<string> Algorithms(SshConfigValues values, SshAlgorithmLists lists, string key, IReadOnlyList<string> defaults)
    {
        string? list = values.Text(key);
        IReadOnlyList<string> supported = lists.Supported.GetValueOrDefault(key, defaults);
        IReadOnlyList<string> resolved = SshAlgorithmList.Resolve(list, defaults, supported);
        return resolved.Count > 0
            ? resolved
            : throw new TunnelException(TunnelError.NoCommonAlgorithm, $"{key}: expected at least one of {string.Join(',', supported)}, got {list}");
    }
}
