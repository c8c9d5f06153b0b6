using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Adit.Ssh.Config.Server;

/// <summary>A configuration in the words and the order of <c>sshd -T</c>.</summary>
public static class SshdConfigDump
{
    /// <summary>The lines.</summary>
    public static IReadOnlyList<string> Write(SshdConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var lines = new List<string>();
        void Add(string key, object? value) => lines.Add($"{key} {(value is bool flag ? (flag ? "yes" : "no") : value is null ? "none" : Convert.ToString(value, CultureInfo.InvariantCulture))}");
        void All(string key, IEnumerable<string> values) => lines.AddRange(values.Select(v => $"{key} {v}"));
        void Other(params string[] keys)
        {
            foreach (string key in keys) Add(key, config.Others[key]);
        }

        void Joined(string key, IEnumerable<string> values, char separator) => Add(key, string.Join(separator, values));

        foreach (int port in config.Ports) Add("port", port);
        Add("addressfamily", config.AddressFamily.ToString().ToLowerInvariant());
        foreach (SshdListenAddress listen in config.ListenAddresses) All("listenaddress", Addresses(listen, config.AddressFamily));
        Add("usepam", config.UsePam);
        Add("logingracetime", Seconds(config.LoginGraceTime));
        Other("x11displayoffset");
        Add("maxauthtries", config.MaxAuthTries);
        Add("maxsessions", config.MaxSessions);
        Add("clientaliveinterval", Seconds(config.ClientAliveInterval));
        Add("clientalivecountmax", config.ClientAliveCountMax);
        Add("requiredrsasize", config.RequiredRsaSize);
        Add("streamlocalbindmask", "0" + Convert.ToString(config.StreamLocalBindMask, 8));
        Add("unusedconnectiontimeout", config.UnusedConnectionTimeout is { } unused ? Seconds(unused) : null);
        Add("permitrootlogin", config.PermitRootLogin switch
        {
            PermitRootLogin.No => "no",
            PermitRootLogin.Yes => "yes",
            PermitRootLogin.ForcedCommandsOnly => "forced-commands-only",
            _ => "without-password",
        });
        Other("ignorerhosts", "ignoreuserknownhosts");
        Add("hostbasedauthentication", config.HostbasedAuthentication);
        Other("hostbasedusesnamefrompacketonly");
        Add("pubkeyauthentication", config.PubkeyAuthentication);
        Other("kerberosauthentication", "kerberosorlocalpasswd", "kerberosticketcleanup", "gssapiauthentication", "gssapicleanupcredentials", "gssapikeyexchange",
            "gssapistrictacceptorcheck", "gssapistorecredentialsonrekey", "gssapikexalgorithms");
        Add("passwordauthentication", config.PasswordAuthentication);
        Add("kbdinteractiveauthentication", config.KbdInteractiveAuthentication);
        Add("printmotd", config.PrintMotd);
        Add("printlastlog", config.PrintLastLog);
        Add("x11forwarding", config.X11Forwarding);
        Other("x11uselocalhost");
        Add("permittty", config.PermitTty);
        Add("permituserrc", config.PermitUserRc);
        Add("strictmodes", config.StrictModes);
        Add("tcpkeepalive", config.TcpKeepAlive);
        Add("permitemptypasswords", config.PermitEmptyPasswords);
        Add("compression", config.Compression);
        Add("gatewayports", config.GatewayPorts.ToString().ToLowerInvariant());
        Add("usedns", config.UseDns);
        Add("allowtcpforwarding", Forwarding(config.AllowTcpForwarding));
        Add("allowagentforwarding", config.AllowAgentForwarding);
        Add("disableforwarding", config.DisableForwarding);
        Add("allowstreamlocalforwarding", Forwarding(config.AllowStreamLocalForwarding));
        Add("streamlocalbindunlink", config.StreamLocalBindUnlink);
        Add("fingerprinthash", config.FingerprintHash);
        Add("exposeauthinfo", config.ExposeAuthInfo);
        Add("pidfile", config.PidFile);
        Other("modulifile", "xauthlocation");
        Joined("ciphers", config.Ciphers, ',');
        Joined("macs", config.Macs, ',');
        Add("banner", config.Banner);
        Add("forcecommand", config.ForceCommand);
        Add("chrootdirectory", config.ChrootDirectory);
        Add("trustedusercakeys", config.TrustedUserCaKeys);
        Add("revokedkeys", config.RevokedKeys);
        Other("securitykeyprovider");
        Add("authorizedprincipalsfile", config.AuthorizedPrincipalsFile);
        Add("versionaddendum", config.VersionAddendum);
        Add("authorizedkeyscommand", config.AuthorizedKeysCommand);
        Add("authorizedkeyscommanduser", config.AuthorizedKeysCommandUser);
        Add("authorizedprincipalscommand", config.AuthorizedPrincipalsCommand);
        Add("authorizedprincipalscommanduser", config.AuthorizedPrincipalsCommandUser);
        Add("hostkeyagent", config.HostKeyAgent);
        Joined("kexalgorithms", config.KexAlgorithms, ',');
        Joined("casignaturealgorithms", config.CaSignatureAlgorithms, ',');
        Joined("hostbasedacceptedalgorithms", config.HostbasedAcceptedAlgorithms, ',');
        Joined("hostkeyalgorithms", config.HostKeyAlgorithms, ',');
        Joined("pubkeyacceptedalgorithms", config.PubkeyAcceptedAlgorithms, ',');
        Add("loglevel", config.LogLevel.ToString().ToUpperInvariant().Replace("DEBUG1", "DEBUG", StringComparison.Ordinal));
        Add("syslogfacility", config.SyslogFacility);
        Joined("authorizedkeysfile", config.AuthorizedKeysFiles.Count > 0 ? config.AuthorizedKeysFiles : ["none"], ' ');
        All("hostkey", config.HostKeys);
        All("hostcertificate", config.HostCertificates);
        All("allowusers", config.AllowUsers);
        All("denyusers", config.DenyUsers);
        All("allowgroups", config.AllowGroups);
        All("denygroups", config.DenyGroups);
        All("acceptenv", config.AcceptEnv);
        All("setenv", config.SetEnv.Select(v => $"{v.Key}={v.Value}"));
        Joined("authenticationmethods", config.AuthenticationMethods.Count > 0 ? config.AuthenticationMethods.Select(l => string.Join(',', l)) : ["any"], ' ');
        if (config.LogVerbose.Count > 0) Joined("logverbose", config.LogVerbose, ' ');
        if (config.ChannelTimeoutTexts.Count > 0) Joined("channeltimeout", config.ChannelTimeoutTexts, ' ');
        All("subsystem", config.Subsystems.Select(s => $"{s.Key} {s.Value}"));
        Add("maxstartups", $"{config.MaxStartups.Start}:{config.MaxStartups.Rate}:{config.MaxStartups.Full}");
        Add("persourcemaxstartups", config.PerSourceMaxStartups);
        Add("persourcenetblocksize", $"{config.PerSourceNetBlockSize.IPv4}:{config.PerSourceNetBlockSize.IPv6}");
        if (config.PerSourcePenalties is not null) Add("persourcepenalties", config.PerSourcePenalties);
        if (config.PerSourcePenaltyExemptList is not null) Add("persourcepenaltyexemptlist", config.PerSourcePenaltyExemptList);
        Add("permittunnel", config.PermitTunnel);
        Add("ipqos", $"{config.IPQoS.Interactive} {config.IPQoS.Bulk}");
        Add("rekeylimit", $"{config.RekeyOctets} {Seconds(config.RekeyInterval)}");
        Joined("permitopen", Permissions(config.PermitOpen), ' ');
        Joined("permitlisten", Permissions(config.PermitListen), ' ');
        Add("permituserenvironment", config.PermitUserEnvironment);
        Joined("pubkeyauthoptions", Options(config), ' ');
        // A keyword of ours: shown only where it says something, so that other dumps are sshd's line by line.
        if (config.IsHardened) Add("aditprofile", "hardened");
        return lines;
    }

    private static long Seconds(TimeSpan time) => (long)time.TotalSeconds;

    private static string Forwarding(SshdForwarding value) => value switch
    {
        SshdForwarding.All => "yes",
        SshdForwarding.None => "no",
        _ => value.ToString().ToLowerInvariant(),
    };

    private static IEnumerable<string> Permissions(IReadOnlyList<SshdPermission>? list) => list is null ? ["any"] : list.Count == 0 ? ["none"] : list.Select(p => p.Text);

    private static IEnumerable<string> Options(SshdConfig config)
    {
        if (!config.TouchRequired && !config.VerifyRequired) yield return "none";
        if (config.TouchRequired) yield return "touch-required";
        if (config.VerifyRequired) yield return "verify-required";
    }

    // getaddrinfo(3) takes "*" for no host, that is, for the loopback addresses
    private static IEnumerable<string> Addresses(SshdListenAddress listen, SshAddressFamily family)
    {
        IPAddress[] addresses = listen.Host switch
        {
            null => [IPAddress.IPv6Any, IPAddress.Any],
            "*" => [IPAddress.Loopback, IPAddress.IPv6Loopback],
            var host => IPAddress.TryParse(host, out IPAddress? literal) ? [literal] : Resolve(host),
        };
        return addresses.Where(a => family == SshAddressFamily.Any || (family == SshAddressFamily.Inet) == (a.AddressFamily == AddressFamily.InterNetwork))
            .Select(a => a.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{a}]:{listen.Port}" : $"{a}:{listen.Port}");
    }

    private static IPAddress[] Resolve(string host)
    {
        try
        {
            return [.. Dns.GetHostAddresses(host).Reverse()];
        }
        catch (SocketException)
        {
            return [];
        }
    }
}
