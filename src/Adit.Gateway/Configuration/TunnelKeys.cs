using Adit.Gateway.Configuration.Yaml;
using Adit.Ssh.Tunnels;

namespace Adit.Gateway.Configuration;

/// <summary>The keys of <c>gateway: tunnels:</c>, an explicit table that both reads and writes.</summary>
internal static class TunnelKeys
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Decade = TimeSpan.FromDays(3650);

    public static IReadOnlyList<YamlKey<TunnelConfiguration>> Table { get; } =
    [
        new("permit", (t, n) => t with { Permit = [.. n.ListOf(m => m.OneOf(("point-to-point", TunnelMode.PointToPoint), ("ethernet", TunnelMode.Ethernet))).Distinct()] }, t => Words(t.Permit.Select(NameOf))),
        new("pool", (t, n) => t with { Pool = n.ListOf(a => a.Network()) }, t => Words(t.Pool.Select(a => a.ToString()))),
        new("lease-time", (t, n) => t with { LeaseTime = n.Duration(Minute, Decade) }, t => NodeValues.Write(t.LeaseTime)),
        new("routes", (t, n) => t with { Routes = n.ListOf(a => a.Network()) }, t => Words(t.Routes.Select(a => a.ToString()))),
        new("dns", (t, n) => t with { NameServers = n.ListOf(a => a.Address()) }, t => Words(t.NameServers.Select(a => a.ToString()))),
        new("search", (t, n) => t with { SearchDomains = n.ListOf(Domain) }, t => Words(t.SearchDomains)),
        new("mtu", (t, n) => t with { Mtu = n.Integer(1280, 9000) }, t => t.Mtu),
        new("bridge", (t, n) => t with { Bridge = Interface(n) }, t => t.Bridge),
        new("max", (t, n) => t with { Max = n.Integer(1, 4096) }, t => t.Max),
        new("max-per-key", (t, n) => t with { MaxPerKey = n.Integer(1, 4096) }, t => t.MaxPerKey),
        new("source-check", (t, n) => t with { SourceCheck = n.Flag() }, t => t.SourceCheck),
    ];

    public static TunnelConfiguration Read(MappingReader reader, YamlNode node) => reader.Read(node, "gateway.tunnels", TunnelConfiguration.Off, Table);

    public static object? Write(TunnelConfiguration tunnels) => tunnels.Permit.Count == 0 ? null : ConfigurationWriter.Pairs(tunnels, Table);

    public static string NameOf(TunnelMode mode) => mode == TunnelMode.Ethernet ? "ethernet" : "point-to-point";

    /// <summary>Whether a text is a domain's name (RFC 1123 §2.1), perhaps with a dot at its end.</summary>
    public static bool IsDomain(string text) => text.Length is > 0 and <= 253 && text.TrimEnd('.').Split('.').All(l => l.Length is > 0 and <= 63 && l.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') && l[0] != '-' && l[^1] != '-');

    private static string Domain(YamlNode node) => node.Text("a domain") is var text && IsDomain(text) ? text : throw node.Fault("a domain such as corp.example");

    private static string Interface(YamlNode node) =>
        node.Text("an interface") is { Length: > 0 and <= 15 } name && !name.AsSpan().ContainsAny('/', ' ', ':') ? name : throw node.Fault("a name of an interface");

    private static List<string>? Words(IEnumerable<string> all) => all.ToList() is { Count: > 0 } list ? list : null;
}
