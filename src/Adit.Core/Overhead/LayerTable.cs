using System.Globalization;

namespace Adit.Core.Overhead;

/// <summary>What each protocol costs: one row a protocol, with the octets as its specification counts them.</summary>
internal static class LayerTable
{
    private const int Record = 16_384; // RFC 8446 §5.1: the longest TLS record's payload

    private static readonly string[] Nothing = [];
    private static readonly LayerField[] None = [];
    private static readonly string[] Network = ["ip4", "ip6"];
    private static readonly string[] Packets = ["ip4", "ip6", "eth"];
    private static readonly string[] Streams = ["tcp", "tls", "ws", "connect", "socks5", "ssh"];

    /// <summary>The rows: name, options, what may lie directly below (outside), and how it is made. The empty word below means: it may be outermost.</summary>
    public static IReadOnlyList<LayerRow> Rows { get; } =
    [
        new("eth", ["vlan"], ["", "gre", "vxlan", "geneve", "etherip", "l2tpv3", "ppp", "udp", "framed", "ssh"], Ethernet),
        new("ip4", ["opt=N"], ["", .. Packets, "gre", "geneve", "udp", "framed", "ssh", "ppp", "esp", "ah", "wireguard", "l2tpv3"], (w, _, _) => Make("ip4", "RFC 791", [new("IPv4 header", 20), .. Options(w.Number("opt", 40, 4))])),
        new("ip6", ["encaplimit", "frag"], ["", .. Packets, "gre", "geneve", "udp", "framed", "ssh", "ppp", "esp", "ah", "wireguard", "l2tpv3"], (w, _, _) => Make("ip6", "RFC 8200", [new("IPv6 header", 40), .. w.Those(("encaplimit", new("destination options: tunnel encapsulation limit (RFC 2473)", 8)), ("frag", new("fragment header", 8)))])),
        new("tcp", ["ts", "opt=N"], [.. Network, "esp", "ah"], (w, _, _) => Make("tcp", "RFC 9293", [new("TCP header", 20), .. w.Those(("ts", new("timestamps option, with its padding (RFC 7323)", 12))), .. Options(w.Number("opt", 40, 4))]) with { IsStream = true }),
        new("udp", Nothing, [.. Network, "esp", "ah"], (_, _, _) => Make("udp", "RFC 768", [new("ports, length, checksum", 8)])),
        new("icmp", Nothing, [.. Network, "esp", "ah"], (_, _, _) => Make("icmp", "RFC 792, 4443", [new("type, code, checksum, rest", 8)])),
        new("gre", ["csum", "key", "seq"], [.. Network, "udp", "esp", "ah"], (w, _, _) => Make("gre", "RFC 2784, 2890", [new("flags, version", 2), new("protocol", 2), .. w.Those(("csum", new("checksum, reserved", 4)), ("key", new("key", 4)), ("seq", new("sequence number", 4)))])),
        new("etherip", Nothing, [.. Network, "esp", "ah"], (_, _, _) => Make("etherip", "RFC 3378", [new("version, reserved", 2)])),
        new("vxlan", Nothing, ["udp"], (_, _, _) => Make("vxlan", "RFC 7348", [new("flags", 1), new("reserved", 3), new("network identifier", 3), new("reserved", 1)])),
        new("geneve", ["opt=N"], ["udp"], (w, _, _) => Make("geneve", "RFC 8926", [new("version, option length, flags", 2), new("protocol", 2), new("network identifier, reserved", 4), .. Options(w.Number("opt", 252, 4))])),
        new("l2tp", ["len", "seq"], ["udp"], (w, _, _) => Make("l2tp", "RFC 2661", [new("flags, version", 2), .. w.Those(("len", new("length", 2))), new("tunnel id", 2), new("session id", 2), .. w.Those(("seq", new("Ns, Nr", 4)))])),
        new("l2tpv3", ["cookie=N", "nosub"], [.. Network, "udp", "esp"], L2tpv3),
        new("pppoe", Nothing, ["eth"], (_, _, _) => Make("pppoe", "RFC 2516", [new("version, type, code, session id, length", 6)])),
        new("ppp", ["acfc", "pfc"], ["l2tp", "pppoe", .. Streams], PointToPoint),
        new("esp", ["gcm", "chacha", "cbc", "sha1", "null"], [.. Network, "udp"], Security),
        new("ah", Nothing, Network, (_, below, _) => Make("ah", "RFC 4302", [new("next header, length, reserved, SPI, sequence number", 12), new("integrity check value (HMAC-SHA-256-128)", 16), .. below == "ip6" ? One(new("padding to 8 octets", 4)) : None]) with { Authenticates = true }),
        new("wireguard", Nothing, ["udp"], (_, _, _) => Make("wireguard", "wireguard.com/protocol", [new("type, reserved", 4), new("receiver", 4), new("counter", 8), new("Poly1305 tag", 16)]) with { Encrypts = true, Authenticates = true, Note = "pads to a multiple of 16 octets where the MTU leaves room" }),
        new("tls", Nothing, Streams, (_, _, _) => Make("tls", "RFC 8446", [new("record type, version, length", 5), new("content type", 1), new("authentication tag", 16)]) with { IsStream = true, Encrypts = true, Authenticates = true, Note = string.Create(CultureInfo.InvariantCulture, $"a record holds up to {Record} octets, so that several small packets may share one") }),
        new("ws", ["server"], Streams, (w, _, _) => Make("ws", "RFC 6455", w.Has("server") ? [new("opcode, length", 4)] : [new("opcode, length", 4), new("mask", 4)]) with { IsStream = true }),
        new("connect", Nothing, Streams, (_, _, _) => Make("connect", "RFC 9110 §9.3.6", []) with { IsStream = true, Note = "costs its handshake alone" }),
        new("socks5", Nothing, Streams, (_, _, _) => Make("socks5", "RFC 1928", []) with { IsStream = true, Note = "costs its handshake alone" }),
        new("ssh", Nothing, Streams, SecureShell),
        new("framed", Nothing, Streams, (_, _, _) => Make("framed", "docs/LINKS.md", [new("length", 2)])),
    ];

    private static LayerField[] One(LayerField field) => [field];

    private static Layer Make(string protocol, string source, IReadOnlyList<LayerField> fields) => new() { Text = protocol, Protocol = protocol, Source = source, Fields = fields };

    private static IEnumerable<LayerField> Options(int octets) => octets == 0 ? [] : [new LayerField("options", octets)];

    private static Layer Ethernet(LayerWords words, string below, string above) =>
        Make("eth", "IEEE 802.3", [new("destination, source", 12), .. words.Those(("vlan", new("802.1Q tag", 4))), new("type", 2)]);

    private static Layer L2tpv3(LayerWords words, string below, string above)
    {
        int cookie = words.Number("cookie", 8, 4);
        return Make("l2tpv3", "RFC 3931",
        [
            .. below == "udp" ? One(new("flags, version, reserved", 4)) : None, new("session id", 4), .. cookie == 0 ? None : One(new("cookie", cookie)),
            .. words.Has("nosub") ? None : One(new("default sublayer", 4)),
        ]);
    }

    // RFC 1661 §2, RFC 2516 §4: address and control do not stand in PPPoE.
    private static Layer PointToPoint(LayerWords words, string below, string above) => Make("ppp", "RFC 1661, 1662",
    [
        .. words.Has("acfc") || below == "pppoe" ? None : One(new("address, control", 2)), new("protocol", words.Has("pfc") ? 1 : 2),
        .. below is not ("l2tp" or "pppoe") ? One(new("frame check sequence, flag", 3)) : None,
    ]);

    // RFC 4303 §2, with the algorithms of RFC 4106, RFC 7634, RFC 3602 with RFC 4868, RFC 2404, RFC 2410.
    private static Layer Security(LayerWords words, string below, string above)
    {
        bool isNull = words.Has("null"), isCbc = words.Has("cbc"), isSha1 = words.Has("sha1");
        _ = words.Has("gcm") || words.Has("chacha");
        (int iv, int block, int check) = isNull ? (0, 4, isSha1 ? 12 : 16) : isCbc ? (16, 16, isSha1 ? 12 : 16) : (8, 4, 16);
        return Make("esp", "RFC 4303",
        [
            new("security parameters index", 4), new("sequence number", 4), .. iv == 0 ? None : One(new("initialization vector", iv)), new("pad length, next header", 2),
            new("integrity check value", check),
        ]) with { Block = block, Padded = 2, Encrypts = !isNull, Authenticates = true };
    }

    // RFC 4253 §6 with an AEAD whose length field is not padded; RFC 4254 §5.2; PROTOCOL of OpenSSH, §2.3.
    private static Layer SecureShell(LayerWords words, string below, string above)
    {
        bool isTap = above == "eth";
        return Make("ssh", "RFC 4253, 4254",
        [
            new("packet length", 4), new("padding length", 1), new("SSH_MSG_CHANNEL_DATA, channel, length", 9), .. isTap ? None : One(new("address family (tun@openssh.com)", 4)),
            new("least padding", 4), new("authentication tag", 16),
        ]) with { Block = 8, Padded = isTap ? 14 : 18, IsStream = true, Encrypts = true, Authenticates = true };
    }
}
