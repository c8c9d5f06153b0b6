using System.Net;
using Adit.Core.Policy;
using Adit.Gateway.Admission;
using Adit.Gateway.Configuration.Yaml;
using Adit.Gateway.Leases;
using Adit.Gateway.Listeners;
using Adit.Gateway.Permissions;

namespace Adit.Gateway.Configuration;

/// <summary>The keys of <c>gateway:</c>, an explicit table that both reads and writes.</summary>
internal static class GatewayKeys
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private static readonly (string, ShellMode)[] ShellWords =
        [("false", ShellMode.Off), ("off", ShellMode.Off), ("no", ShellMode.Off), ("true", ShellMode.Gateway), ("on", ShellMode.Gateway), ("yes", ShellMode.Gateway), ("login", ShellMode.Login)];

    /// <summary>The table; nested mappings are read through the same reader.</summary>
    public static IReadOnlyList<YamlKey<GatewayConfiguration>> Table(MappingReader reader) =>
    [
        new("listen", (g, n) => g with { Listen = n.ListOf(Listen) }, g => g.Listen.Select(l => l.ToText()).ToList()),
        new("authorized-keys", (g, n) => g with { AuthorizedKeys = n.ListOf(f => f.Path()) }, g => Texts(g.AuthorizedKeys)),
        new("host-key", (g, n) => g with { HostKeys = n.ListOf(f => f.Path()) }, g => Texts(g.HostKeys)),
        new("certificate", (g, n) => g with { Certificate = n.Path() }, g => g.Certificate),
        new("certificate-key", (g, n) => g with { CertificateKey = n.Path() }, g => g.CertificateKey),
        new("static", (g, n) => g with { Static = n.Path() }, g => g.Static),
        new("trusted-proxies", (g, n) => g with { TrustedProxies = n.ListOf(a => a.Network()) }, g => Texts(g.TrustedProxies)),
        new("state", (g, n) => g with { State = n.Path() }, g => g.State),
        new("max-auth-tries", (g, n) => g with { MaxAuthTries = n.Integer(1, 100) }, g => g.MaxAuthTries),
        new("login-grace-time", (g, n) => g with { LoginGraceTime = n.Duration(TimeSpan.Zero, Day) }, g => Time(g.LoginGraceTime)),
        new("max-startups", (g, n) => g with { MaxStartups = Startups(n) }, g => g.MaxStartups.ToString()),
        new("penalties", (g, n) => g with { Penalties = Penalties(reader, n, g.Penalties) }, g => WritePenalties(reader, g.Penalties)),
        new("max-channels", (g, n) => g with { MaxChannels = n.Integer(1, 65536) }, g => g.MaxChannels),
        new("exec", (g, n) => g with { Exec = n.Flag() }, g => g.Exec),
        new("shell", (g, n) => g with { Shell = n.OneOf(ShellWords) }, g => g.Shell switch { ShellMode.Off => false, ShellMode.Gateway => true, _ => "login" }),
        new("pty", (g, n) => g with { Pty = n.Flag() }, g => g.Pty),
        new("agent-forwarding", (g, n) => g with { AgentForwarding = n.Flag() }, g => g.AgentForwarding),
        new("subsystems", (g, n) => g with { Subsystems = Subsystems(n) }, g => WriteSubsystems(g.Subsystems)),
        new("accept-env", (g, n) => g with { AcceptEnv = n is YamlList { Items.Count: 0 } ? [] : n.ListOf(EnvironmentPattern) }, g => g.AcceptEnv.ToList()),
        new("max-sessions", (g, n) => g with { MaxSessions = n.Integer(1, 1000) }, g => g.MaxSessions),
        new("reverse-bind", (g, n) => g with { ReverseBind = ReverseBind(n) }, g => WriteReverseBind(g.ReverseBind)),
        new("streamlocal", (g, n) => g with { StreamLocal = StreamLocal(reader, n) }, g => WriteStreamLocal(g.StreamLocal)),
        new("metadata", (g, n) => g with { Metadata = n.ListOf(Metadata) }, g => Texts(g.Metadata)),
        new("allow", (g, n) => g with { Allow = n.ListOf(r => Rule(r, allow: true)) }, g => Texts(g.Allow.Select(r => r.Text))),
        new("deny", (g, n) => g with { Deny = n.ListOf(r => Rule(r, allow: false)) }, g => Texts(g.Deny.Select(r => r.Text))),
        new("client-alive-interval", (g, n) => g with { ClientAliveInterval = n.Duration(TimeSpan.Zero, Day) }, g => Time(g.ClientAliveInterval)),
        new("client-alive-count-max", (g, n) => g with { ClientAliveCountMax = n.Integer(1, 1000) }, g => g.ClientAliveCountMax),
        new("takeover", (g, n) => g with { Takeover = n.OneOf(("never", TakeoverMode.Never), ("dead", TakeoverMode.Dead), ("always", TakeoverMode.Always)) }, g => g.Takeover.ToString().ToLowerInvariant()),
        new("profile", (g, n) => g with { Profile = n.OneOf(("compat", AlgorithmProfile.Compat), ("hardened", AlgorithmProfile.Hardened)) }, g => g.Profile.ToString().ToLowerInvariant()),
        new("ciphers", (g, n) => g with { Ciphers = Algorithms(n) }, g => Texts(g.Ciphers)),
        new("macs", (g, n) => g with { Macs = Algorithms(n) }, g => Texts(g.Macs)),
        new("kex", (g, n) => g with { KeyExchanges = Algorithms(n) }, g => Texts(g.KeyExchanges)),
        new("tunnels", (g, n) => g with { Tunnels = TunnelKeys.Read(reader, n) }, g => TunnelKeys.Write(g.Tunnels)),
    ];

    /// <summary>The keys of <c>penalties:</c>.</summary>
    private static IReadOnlyList<YamlKey<PenaltyOptions>> PenaltyTable { get; } =
    [
        new("authfail", (p, n) => p with { AuthenticationFailed = n.Duration(TimeSpan.Zero, Day) }, p => Time(p.AuthenticationFailed)),
        new("noauth", (p, n) => p with { NoAuthentication = n.Duration(TimeSpan.Zero, Day) }, p => Time(p.NoAuthentication)),
        new("grace-exceeded", (p, n) => p with { GraceExceeded = n.Duration(TimeSpan.Zero, Day) }, p => Time(p.GraceExceeded)),
        new("crash", (p, n) => p with { Crash = n.Duration(TimeSpan.Zero, Day) }, p => Time(p.Crash)),
        new("min", (p, n) => p with { Minimum = n.Duration(TimeSpan.Zero, Day) }, p => Time(p.Minimum)),
        new("max", (p, n) => p with { Maximum = n.Duration(TimeSpan.Zero, Day) }, p => Time(p.Maximum)),
        new("max-sources", (p, n) => p with { MaxSources = n.Integer(1, 1_000_000) }, p => p.MaxSources),
        new("ipv4-prefix", (p, n) => p with { IPv4PrefixLength = n.Integer(0, 32) }, p => p.IPv4PrefixLength),
        new("ipv6-prefix", (p, n) => p with { IPv6PrefixLength = n.Integer(0, 128) }, p => p.IPv6PrefixLength),
        new("exempt", (p, n) => p with { Exempt = n.ListOf(a => a.Network()) }, p => Texts(p.Exempt)),
    ];

    private static IReadOnlyList<YamlKey<StreamLocalPolicy>> StreamLocalTable { get; } =
    [
        new("allow", (s, n) => s with { Allow = n.ListOf(AbsolutePath) }, s => s.Allow.ToList()),
        new("deny", (s, n) => s with { Deny = n.ListOf(AbsolutePath) }, s => s.Deny.ToList()),
    ];

    private static ListenUri Listen(YamlNode node) =>
        ListenUri.TryParse(node.Text("SCHEME://ADDRESS:PORT[/PATH]"), out ListenUri? uri, out string? why) ? uri! : throw new YamlFault(node.At, why!);

    private static DestinationRule Rule(YamlNode node, bool allow) =>
        DestinationRule.TryParse(node.Text("HOST[:PORT]"), allow, out DestinationRule? rule, out string? why) ? rule! : throw new YamlFault(node.At, why!);

    private static IPAddress Metadata(YamlNode node) =>
        node.Address() is { } a && AddressClassifier.Classify(a) == AddressClass.Metadata ? a : throw node.Fault("a cloud metadata address such as 169.254.169.254");

    private static StartupLimits Startups(YamlNode node) =>
        StartupLimits.TryParse(node.Text("START:RATE:FULL"), out StartupLimits? limits)
            ? limits!
            : throw node.Fault($"START:RATE:FULL, START up to FULL, RATE 1 to 100 percent, FULL at most {StartupLimits.MaxFull}");

    private static string EnvironmentPattern(YamlNode node) =>
        node.Text("a name of a variable, perhaps with * and ?") is { Length: > 0 and <= 256 } name && !name.Contains('=', StringComparison.Ordinal) && !name.Contains(' ', StringComparison.Ordinal)
            ? name
            : throw node.Fault("a name of a variable, perhaps with * and ?");

    private static Dictionary<string, string> Subsystems(YamlNode node)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        if (node is YamlScalar { IsNull: true }) return all;
        if (node is not YamlMapping mapping) throw node.Fault("a mapping of names to commands, such as sftp: internal-sftp");
        foreach ((YamlScalar name, YamlNode command) in mapping.Entries)
        {
            // RFC 4250 §4.6.1, and plain in YAML
            if (name.Text.Length is 0 or > 64 || !name.Text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '@')) throw name.Fault("a name of a subsystem");
            all[name.Text] = command.Text("a command") is { Length: > 0 } text ? text : throw command.Fault("a command");
        }

        return all;
    }

    private static List<(string Key, object Value)>? WriteSubsystems(IReadOnlyDictionary<string, string> all) =>
        all.Count == 0 ? null : all.Select(s => (Key: s.Key, Value: (object)s.Value)).ToList();

    private static string AbsolutePath(YamlNode node) => node.Path() is { } p && p[0] == '/' ? p : throw node.Fault("an absolute path");

    private static PenaltyOptions Penalties(MappingReader reader, YamlNode node, PenaltyOptions defaults) =>
        node is YamlScalar { IsNull: false } ? defaults with { Enabled = node.Flag() } : reader.Read(node, "gateway.penalties", defaults, PenaltyTable);

    private static object WritePenalties(MappingReader reader, PenaltyOptions p) => p.Enabled ? ConfigurationWriter.Pairs(p, PenaltyTable) : false;

    private static ReverseBindPolicy ReverseBind(YamlNode node)
    {
        if (node is YamlScalar { Text: "any" }) return new ReverseBindPolicy(true, true, []);
        if (node is YamlScalar { Text: "none" }) return new ReverseBindPolicy(false, false, []);
        bool loopback = false;
        var networks = new List<IPNetwork>();
        foreach (YamlNode item in node.ListOf(n => n))
        {
            if (item is YamlScalar { Text: "loopback" }) loopback = true;
            else if (item is YamlScalar s && s.Text.AsSpan().IndexOfAny(".:") >= 0) networks.Add(item.Network());
            else throw item.Fault("loopback, any, none, or a list of addresses and networks");
        }

        return new ReverseBindPolicy(loopback, false, networks);
    }

    private static object WriteReverseBind(ReverseBindPolicy p)
    {
        if (p.Anywhere) return "any";
        if (!p.Loopback && p.Networks.Count == 0) return "none";
        List<string> items = [.. p.Loopback ? ["loopback"] : Array.Empty<string>(), .. p.Networks.Select(n => n.ToString())];
        return items;
    }

    private static StreamLocalPolicy StreamLocal(MappingReader reader, YamlNode node) =>
        node is YamlScalar { IsNull: false } ? StreamLocalPolicy.On with { Enabled = node.Flag() } : reader.Read(node, "gateway.streamlocal", StreamLocalPolicy.On, StreamLocalTable);

    private static object WriteStreamLocal(StreamLocalPolicy s) => s.Enabled ? ConfigurationWriter.Pairs(s, StreamLocalTable) : false;

    private static List<string> Algorithms(YamlNode node)
    {
        List<string> names = [];
        foreach (YamlNode item in node.ListOf(n => n))
        {
            foreach (string name in item.Text("names of algorithms").Split(','))
            {
                // RFC 4251 §6: printable US-ASCII without commas, at most 64 characters
                if (name.Length is 0 or > 64 || name.AsSpan().ContainsAnyExceptInRange('!', '~')) throw item.Fault("names of algorithms");
                if (names.Contains(name)) throw new YamlFault(item.At, $"{name} stands there twice");
                names.Add(name);
            }
        }

        return names.Count > 0 ? names : throw node.Fault("at least one name of an algorithm");
    }

    private static string Time(TimeSpan time) => time == TimeSpan.Zero ? "0s" : NodeValues.Write(time);

    private static List<string>? Texts<T>(IEnumerable<T>? values)
        where T : notnull => values?.Select(v => v.ToString()!).ToList() is { Count: > 0 } list ? list : null;
}
