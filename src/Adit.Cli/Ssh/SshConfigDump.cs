using System.Globalization;
using Adit.Core;
using Adit.Ssh.Config;

namespace Adit.Cli.Ssh;

/// <summary><c>-G</c>: the resolved configuration, a keyword a line, in the names, words and order of <c>ssh -G</c>.</summary>
internal static class SshConfigDump
{
    /// <summary>The lines.</summary>
    public static IReadOnlyList<string> Describe(SshConfig config)
    {
        var lines = new List<string>();
        AddFlags(lines, config);
        AddNumbers(lines, config);
        AddTexts(lines, config);
        AddLists(lines, config);
        AddRest(lines, config);
        return lines;
    }

    private static void Add(List<string> lines, string key, string? value)
    {
        if (value is not null) lines.Add($"{key} {value}");
    }

    private static void Add(List<string> lines, string key, bool value) => lines.Add($"{key} {(value ? "yes" : "no")}");

    private static void Add(List<string> lines, string key, double value) => lines.Add(string.Create(CultureInfo.InvariantCulture, $"{key} {value}"));

    // Keywords that have no effect here keep the words they were given, or show OpenSSH's default.
    private static string Written(SshConfig config, string key, string otherwise) => config.AsWritten.GetValueOrDefault(key) is { } text
        ? text.ToLowerInvariant() switch { "true" => "yes", "false" => "no", _ => text }
        : otherwise;

    private static void AddFlags(List<string> lines, SshConfig config)
    {
        Add(lines, "host", config.OriginalHost);
        Add(lines, "user", config.User);
        Add(lines, "hostname", config.HostName);
        Add(lines, "port", config.Port);
        Add(lines, "addressfamily", config.AddressFamily.ToString().ToLowerInvariant());
        Add(lines, "batchmode", config.BatchMode);
        Add(lines, "canonicalizefallbacklocal", config.AsWritten.GetValueOrDefault("canonicalizefallbacklocal", "yes"));
        Add(lines, "canonicalizehostname", config.CanonicalizeHostname switch { CanonicalizeHostname.Yes => "true", CanonicalizeHostname.Always => "always", _ => "false" });
        Add(lines, "checkhostip", config.CheckHostIP);
        Add(lines, "compression", config.Compression);
        Add(lines, "controlmaster", config.ControlMaster switch
        {
            ControlMaster.Yes => "true", ControlMaster.Auto => "auto", ControlMaster.Ask => "ask", ControlMaster.AutoAsk => "autoask", _ => "false",
        });
        Add(lines, "enablesshkeysign", Written(config, "enablesshkeysign", "no"));
        Add(lines, "clearallforwardings", config.ClearAllForwardings);
        Add(lines, "exitonforwardfailure", config.ExitOnForwardFailure);
        Add(lines, "fingerprinthash", config.FingerprintHash);
        Add(lines, "forwardx11", config.ForwardX11);
        Add(lines, "forwardx11trusted", Written(config, "forwardx11trusted", "no"));
        Add(lines, "gatewayports", config.GatewayPorts);
        Add(lines, "gssapiauthentication", Written(config, "gssapiauthentication", "no"));
        Add(lines, "gssapidelegatecredentials", Written(config, "gssapidelegatecredentials", "no"));
        Add(lines, "hashknownhosts", config.HashKnownHosts);
        Add(lines, "hostbasedauthentication", Written(config, "hostbasedauthentication", "no"));
        Add(lines, "identitiesonly", config.IdentitiesOnly);
        Add(lines, "kbdinteractiveauthentication", config.KbdInteractiveAuthentication);
        Add(lines, "nohostauthenticationforlocalhost", config.NoHostAuthenticationForLocalhost);
        Add(lines, "passwordauthentication", config.PasswordAuthentication);
        Add(lines, "permitlocalcommand", config.PermitLocalCommand);
        Add(lines, "proxyusefdpass", config.ProxyUseFdPass);
        Add(lines, "pubkeyauthentication", !config.PubkeyAuthentication ? "false" : config.PubkeyBindsToHost ? "true" : "unbound");
        Add(lines, "requesttty", config.RequestTty switch { RequestTty.Yes => "true", RequestTty.No => "false", RequestTty.Force => "force", _ => "auto" });
        Add(lines, "sessiontype", config.SessionType.ToString().ToLowerInvariant());
        Add(lines, "stdinnull", config.StdinNull);
        Add(lines, "forkafterauthentication", config.ForkAfterAuthentication);
        Add(lines, "streamlocalbindunlink", config.StreamLocalBindUnlink);
        Add(lines, "stricthostkeychecking", config.StrictHostKeyChecking switch
        {
            StrictHostKeyChecking.Yes => "true", StrictHostKeyChecking.Off => "false", StrictHostKeyChecking.AcceptNew => "accept-new", _ => "ask",
        });
        Add(lines, "tcpkeepalive", config.TcpKeepAlive);
        Add(lines, "tunnel", config.Tunnel == "no" ? "false" : config.Tunnel);
        Add(lines, "verifyhostkeydns", config.AsWritten.GetValueOrDefault("verifyhostkeydns")?.ToLowerInvariant() switch { "yes" or "true" => "true", "ask" => "ask", _ => "false" });
        Add(lines, "visualhostkey", config.VisualHostKey);
        Add(lines, "updatehostkeys", config.UpdateHostKeys switch { UpdateHostKeys.Yes => "true", UpdateHostKeys.Ask => "ask", _ => "false" });
        Add(lines, "enableescapecommandline", config.EnableEscapeCommandline);
    }

    private static void AddNumbers(List<string> lines, SshConfig config)
    {
        Add(lines, "canonicalizemaxdots", config.AsWritten.GetValueOrDefault("canonicalizemaxdots", "1"));
        Add(lines, "connectionattempts", config.ConnectionAttempts);
        Add(lines, "forwardx11timeout", Written(config, "forwardx11timeout", "1200"));
        Add(lines, "numberofpasswordprompts", config.NumberOfPasswordPrompts);
        Add(lines, "serveralivecountmax", config.ServerAliveCountMax);
        Add(lines, "serveraliveinterval", config.ServerAliveInterval.TotalSeconds);
        Add(lines, "requiredrsasize", config.RequiredRsaSize);
    }

    private static void AddTexts(List<string> lines, SshConfig config)
    {
        string signatures = string.Join(',', config.IsHardened ? config.CaSignatureAlgorithms : SshQuery.Find("sig")!);
        Add(lines, "bindaddress", config.BindAddress);
        Add(lines, "bindinterface", config.BindInterface);
        Add(lines, "ciphers", string.Join(',', config.Ciphers));
        Add(lines, "controlpath", config.ControlPath);
        Add(lines, "hostkeyalgorithms", string.Join(',', config.HostKeyAlgorithms));
        Add(lines, "hostkeyalias", config.HostKeyAlias);
        Add(lines, "hostbasedacceptedalgorithms", Written(config, "hostbasedacceptedalgorithms", string.Join(',', SshQuery.Find("key-sig")!)));
        Add(lines, "identityagent", config.AsWritten.GetValueOrDefault("identityagent"));
        Add(lines, "ignoreunknown", config.AsWritten.GetValueOrDefault("ignoreunknown"));
        Add(lines, "kbdinteractivedevices", config.AsWritten.GetValueOrDefault("kbdinteractivedevices"));
        Add(lines, "kexalgorithms", string.Join(',', config.KexAlgorithms));
        Add(lines, "casignaturealgorithms", Written(config, "casignaturealgorithms", signatures));
        Add(lines, "localcommand", config.AsWritten.GetValueOrDefault("localcommand"));
        Add(lines, "remotecommand", config.RemoteCommand);
        Add(lines, "loglevel", config.LogLevel switch { SshLogLevel.Quiet => "SILENT", SshLogLevel.Debug1 => "DEBUG", var level => level.ToString().ToUpperInvariant() });
        Add(lines, "macs", string.Join(',', config.Macs));
        Add(lines, "pkcs11provider", config.AsWritten.GetValueOrDefault("pkcs11provider"));
        Add(lines, "securitykeyprovider", Written(config, "securitykeyprovider", "internal"));
        Add(lines, "preferredauthentications", config.AsWritten.GetValueOrDefault("preferredauthentications"));
        Add(lines, "pubkeyacceptedalgorithms", string.Join(',', config.PubkeyAcceptedAlgorithms));
        Add(lines, "revokedhostkeys", config.AsWritten.GetValueOrDefault("revokedhostkeys"));
        Add(lines, "xauthlocation", Written(config, "xauthlocation", "/usr/bin/xauth"));
        Add(lines, "knownhostscommand", config.AsWritten.GetValueOrDefault("knownhostscommand"));
        Add(lines, "tag", config.Tag);
    }

    private static void AddLists(List<string> lines, SshConfig config)
    {
        foreach (DynamicForward forward in config.DynamicForwards) Add(lines, "dynamicforward", Listen(forward.Listen, forward.IsBindDefault));
        foreach (LocalForward forward in config.LocalForwards) Add(lines, "localforward", $"{Listen(forward.Listen, forward.IsBindDefault)} {Target(forward.Target)}");
        foreach (RemoteForward forward in config.RemoteForwards)
        {
            Add(lines, "remoteforward", $"{Listen(forward.Listen, forward.Listen is TcpDestination { Host: "localhost" })} {(forward.Target is { } target ? Target(target) : "[socks]:0")}");
        }

        foreach (string file in config.AsWritten.GetValueOrDefault("identityfile", "").Split('\n', StringSplitOptions.RemoveEmptyEntries)) Add(lines, "identityfile", file);
        Add(lines, "canonicaldomains", Written(config, "canonicaldomains", "none"));
        foreach (string file in config.CertificateFiles) Add(lines, "certificatefile", file);
        Add(lines, "globalknownhostsfile", config.GlobalKnownHostsFiles.Count > 0 ? string.Join(' ', config.GlobalKnownHostsFiles) : "none");
        Add(lines, "userknownhostsfile", config.UserKnownHostsFiles.Count > 0 ? string.Join(' ', config.UserKnownHostsFiles) : "none");
        foreach (string name in config.SendEnv) Add(lines, "sendenv", name);
        foreach ((string name, string value) in config.SetEnv) Add(lines, "setenv", $"{name}={value}");
        Add(lines, "logverbose", Written(config, "logverbose", "none"));
    }

    private static void AddRest(List<string> lines, SshConfig config)
    {
        Add(lines, "permitremoteopen", config.PermitRemoteOpen.ToString());
        Add(lines, "addkeystoagent", config.AddKeysToAgent switch { null => "false", "yes" or "true" => "true", var other => other });
        Add(lines, "forwardagent", config.ForwardAgentSocket ?? (config.ForwardAgent ? "yes" : "no"));
        Add(lines, "connecttimeout", config.ConnectTimeout is { } timeout ? ((int)timeout.TotalSeconds).ToString(CultureInfo.InvariantCulture) : "none");
        Add(lines, "tunneldevice", config.TunnelDevice.ToString());
        Add(lines, "canonicalizePermittedcnames", Written(config, "canonicalizepermittedcnames", "none"));
        Add(lines, "controlpersist", config.ControlPersist switch
        {
            null => "no", { } t when t == Timeout.InfiniteTimeSpan => "yes", { } t => ((int)t.TotalSeconds).ToString(CultureInfo.InvariantCulture),
        });
        Add(lines, "escapechar", config.EscapeCharacter switch { null => "none", < ' ' and var c => $"\\^{(char)(c + '@')}", { } c => c.ToString() });
        Add(lines, "ipqos", Written(config, "ipqos", "lowdelay throughput") is var qos && qos.Contains(' ', StringComparison.Ordinal) ? qos : $"{qos} {qos}");
        Add(lines, "rekeylimit", string.Create(CultureInfo.InvariantCulture, $"{config.RekeyOctets} {(long)config.RekeyInterval.TotalSeconds}"));
        Add(lines, "streamlocalbindmask", "0" + Convert.ToString(config.StreamLocalBindMask, 8));
        Add(lines, "syslogfacility", config.SyslogFacility);
        if (config.ProxyJump.Count > 0) Add(lines, "proxyjump", string.Join(',', config.ProxyJump));
        else Add(lines, "proxycommand", config.AsWritten.GetValueOrDefault("proxycommand"));
        // A keyword of ours: shown only where it says something, so that other dumps are ssh's line by line.
        if (config.IsHardened) Add(lines, "aditprofile", "hardened");
    }

    private static string Listen(Destination at, bool isDefault) => at switch
    {
        TcpDestination tcp when isDefault => tcp.Port.ToString(CultureInfo.InvariantCulture),
        TcpDestination tcp => $"[{(tcp.Host.Length == 0 ? "*" : tcp.Host)}]:{tcp.Port}",
        _ => ((UnixDestination)at).Path,
    };

    private static string Target(Destination to) => to is TcpDestination tcp ? $"[{tcp.Host}]:{tcp.Port}" : ((UnixDestination)to).Path;
}
