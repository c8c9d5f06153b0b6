using System.Globalization;
using System.Net;
using Adit.Core.Links;
using Adit.Gateway.Configuration.Yaml;
using Adit.Platform.Netlink;

namespace Adit.Gateway.Configuration;

/// <summary>The keys of an item of <c>links:</c>.</summary>
internal static class LinkKeys
{
    private const int LeastMtu = 68; // RFC 791 §3.2
    private const int MostMtu = 65_521; // what a TUN device takes, less its Ethernet header

    public static IReadOnlyList<YamlKey<LinkConfiguration>> Table { get; } =
    [
        new("type", (l, n) => l with { Type = n.OneOf([.. LinkTypes.All.Select(t => (t.Word, t.Type))]) }, l => l.Type is { } type ? LinkTypes.Of(type).Word : null),
        new("local", (l, n) => l with { Local = Place(n) }, l => l.Local?.ToString()),
        new("remote", (l, n) => l with { Remote = n.ListOf(Place) }, l => Texts(l.Remote)),
        new("key", (l, n) => l with { Key = Key(n) }, l => l.Key?.ToString(CultureInfo.InvariantCulture)),
        new("checksum", (l, n) => l with { Checksum = n.Flag() }, l => l.Checksum),
        new("sequence", (l, n) => l with { Sequence = n.Flag() }, l => l.Sequence),
        new("keepalive", (l, n) => l with { Keepalive = Keepalive(n) }, l => l.Keepalive?.ToString()),
        new("ttl", (l, n) => l with { Ttl = Inherits(n) ? LinkConfiguration.InheritTtl : n.Integer(1, 255) }, l => l.Ttl is { } ttl ? ttl == LinkConfiguration.InheritTtl ? "inherit" : ttl : null),
        new("tos", (l, n) => l with { Tos = Inherits(n) ? LinkConfiguration.InheritTos : n.Integer(0, 255) }, l => l.Tos is { } tos ? tos == LinkConfiguration.InheritTos ? "inherit" : tos : null),
        new("pmtu", (l, n) => l with { Pmtu = n.Flag() }, l => l.Pmtu),
        new("dev", (l, n) => l with { Dev = Name(n) }, l => l.Dev),
        new("mode", (l, n) => l with { IsEthernet = n.OneOf(("ip", false), ("ethernet", true)) }, l => l.IsEthernet is { } mode ? mode ? "ethernet" : "ip" : null),
        new("mtu", (l, n) => l with { Mtu = n.Integer(LeastMtu, MostMtu) }, l => l.Mtu),
        new("address", (l, n) => l with { Addresses = n.ListOf(Address) }, l => Texts(l.Addresses)),
        new("route", (l, n) => l with { Routes = n.ListOf(RouteOf) }, l => Texts(l.Routes)),
        new("bridge", (l, n) => l with { Bridge = Name(n) }, l => l.Bridge),
        new("vni", (l, n) => l with { Vni = n.Integer(0, 0xff_ffff) }, l => l.Vni),
        new("port", (l, n) => l with { Port = n.Integer(1, ushort.MaxValue) }, l => l.Port),
        new("encap-limit", (l, n) => l with { EncapLimit = IsNone(n) ? -1 : n.Integer(0, 255) }, l => l.EncapLimit is { } limit ? limit < 0 ? "none" : limit : null),
        new("learning", (l, n) => l with { Learning = n.Flag() }, l => l.Learning),
        new("forward", (l, n) => l with { Forward = n.ListOf(Forward) }, l => Texts(l.Forward)),
        new("mss-clamp", (l, n) => l with { MssClamp = n.Flag() }, l => l.MssClamp),
        new("owner", (l, n) => l with { Owner = n.Text("an account") is { Length: > 0 } owner ? owner : throw n.Fault("an account") }, l => l.Owner),
        new("persistent", (l, n) => l with { Persistent = n.Flag() }, l => l.Persistent),
        new("inner", (l, n) => l with { InnerVersion = n.OneOf(("ipv4", 4), ("ipv6", 6)) }, l => l.InnerVersion is { } version ? version == 4 ? "ipv4" : "ipv6" : null),
        new("queues", (l, n) => l with { Queues = n.Integer(1, 16) }, l => l.Queues),
        new("capture", (l, n) => l with { Captures = n.ListOf(c => LinkCapture.Parse(c.Path()) is { Path.Length: > 0 } capture ? capture : throw c.Fault("a file")) }, l => Texts(l.Captures)),
        new("fault", (l, n) => l with { Fault = Fault(n) }, l => l.Fault?.ToString()),
        new("via", (l, n) => l with { Via = n.ListOf(HopText.Read) }, l => l.Via.Count == 0 ? null : l.Via.Select(HopText.Write).ToList()),
    ];

    private static List<string>? Texts<T>(IReadOnlyList<T> items) => items.Count == 0 ? null : [.. items.Select(i => i!.ToString()!)];

    private static bool Inherits(YamlNode node) => node is YamlScalar { Text: "inherit" };

    private static bool IsNone(YamlNode node) => node is YamlScalar { Text: "none" };

    private static LinkPlace Place(YamlNode node) =>
        LinkPlace.TryParse(node.Text("an address"), out LinkPlace? place) ? place! : throw node.Fault("an address such as 192.0.2.1, 192.0.2.1:4789 or [2001:db8::1]:4789, or a name");

    private static uint Key(YamlNode node)
    {
        string text = node.Text("a key");
        if (uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint key)) return key;
        if (text.StartsWith("0x", StringComparison.Ordinal) && uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out key)) return key;
        if (text.Split('.').Length == 4 && IPAddress.TryParse(text, out IPAddress? dotted)) return System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(dotted.GetAddressBytes());
        throw node.Fault("a key from 0 to 4294967295, such as 7, 0x7 or 0.0.0.7");
    }

    private static LinkKeepalive? Keepalive(YamlNode node)
    {
        string text = node.Text("a time");
        if (text is "none" or "off" or "false") return null;
        string[] parts = text.Split(',', 2);
        TimeSpan interval = new YamlScalar(node.At, parts[0], IsPlain: false).Duration(TimeSpan.FromSeconds(1), TimeSpan.FromHours(9));
        return new LinkKeepalive(interval, parts.Length == 1 ? LinkKeepalive.UsualRetries : new YamlScalar(node.At, parts[1], IsPlain: false).Integer(1, 255));
    }

    private static string Name(YamlNode node) =>
        node.Text("the name of an interface") is var name && RtNetlink.IsName(name.Replace("%d", "0", StringComparison.Ordinal)) ? name : throw node.Fault($"the name of an interface, 1 to {RtNetlink.LongestName} characters without / : % and space");

    private static InterfaceAddress Address(YamlNode node) =>
        InterfaceAddress.TryParse(node.Text("an address"), out InterfaceAddress? address) ? address! : throw node.Fault("ADDRESS/BITS or ADDRESS,PEER/BITS");

    private static Route RouteOf(YamlNode node) =>
        LinkRoutes.TryParse(node.Text("a route"), out Route? route, out string? why) ? route! : throw new YamlFault(node.At, why!);

    private static LinkForward Forward(YamlNode node) =>
        LinkForward.TryParse(node.Text("MAC=REMOTE"), out LinkForward? forward) ? forward! : throw node.Fault("MAC=REMOTE, such as 02:00:00:00:00:07=192.0.2.7");

    private static FaultOptions? Fault(YamlNode node)
    {
        string text = node.Text("faults");
        if (text is "none" or "off") return null;
        return FaultOptions.TryParse(text, out FaultOptions? fault, out string? why) ? fault : throw new YamlFault(node.At, why!);
    }
}
