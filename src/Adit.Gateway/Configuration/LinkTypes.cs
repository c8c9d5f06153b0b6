namespace Adit.Gateway.Configuration;

/// <summary>What each type of link is and takes: one row a type.</summary>
internal static class LinkTypes
{
    private static readonly string[] Everywhere = ["type", "dev", "mtu", "address", "route", "bridge", "mss-clamp", "owner", "persistent", "queues", "capture", "fault"];
    private static readonly string[] Delivered = ["local", "remote", "ttl", "tos", "pmtu"];
    private static readonly string[] Keyed = ["key", "checksum", "sequence", "keepalive"];
    private static readonly string[] Ported = ["port"];
    private static readonly string[] Switched = ["vni", "learning", "forward"];
    private static readonly string[] Limited = ["encap-limit"];

    /// <summary>The types with their words and the keys that they take beside those that all take.</summary>
    public static IReadOnlyList<LinkTypeRow> All { get; } =
    [
        new(LinkType.Gre, "gre", "IP in GRE", [.. Delivered, .. Keyed, .. Limited]),
        new(LinkType.Gretap, "gretap", "Ethernet in GRE", [.. Delivered, .. Keyed, .. Limited]),
        new(LinkType.Ipip, "ipip", "IPv4 in IPv4", Delivered),
        new(LinkType.Sit, "sit", "IPv6 in IPv4 (6in4)", Delivered),
        new(LinkType.Ip6Tnl, "ip6tnl", "IPv4 or IPv6 in IPv6", [.. Delivered, .. Limited, "inner"]),
        new(LinkType.Ip6Gre, "ip6gre", "IP in GRE over IPv6", [.. Delivered, .. Keyed, .. Limited]),
        new(LinkType.Ip6Gretap, "ip6gretap", "Ethernet in GRE over IPv6", [.. Delivered, .. Keyed, .. Limited]),
        new(LinkType.EtherIp, "etherip", "Ethernet in IP", [.. Delivered, .. Limited]),
        new(LinkType.Vxlan, "vxlan", "Ethernet in VXLAN", [.. Delivered, .. Ported, .. Switched]),
        new(LinkType.Geneve, "geneve", "Ethernet or IP in GENEVE", [.. Delivered, .. Ported, .. Switched, "mode"]),
        new(LinkType.Udp, "udp", "IP or Ethernet as it is, over UDP", [.. Delivered, .. Ported, "mode"]),
        new(LinkType.Stream, "stream", "IP or Ethernet over a stream", ["local", "remote", "mode", "via"]),
        new(LinkType.Ssh, "ssh", "the tunnel channel of SSH", ["remote", "mode", "via"]),
    ];

    public static LinkTypeRow Of(LinkType type) => All[(int)type];

    /// <summary>Whether a type takes a key.</summary>
    public static bool Takes(LinkType type, string key) => Everywhere.Contains(key) || Of(type).Keys.Contains(key);
}
