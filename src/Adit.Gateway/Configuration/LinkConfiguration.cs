using Adit.Core.Hops;
using Adit.Core.Links;
using Adit.Platform.Netlink;

namespace Adit.Gateway.Configuration;

/// <summary>One packet tunnel (an item of <c>links:</c>), with the words of the flags of <c>adit link</c>. Null and an empty list: not given. Immutable.</summary>
public sealed record LinkConfiguration
{
    /// <summary><see cref="Ttl"/> of the inner packet.</summary>
    public const int InheritTtl = 0;

    /// <summary><see cref="Tos"/> of the inner packet.</summary>
    public const int InheritTos = -1;

    /// <summary>What tunnel it is (<c>type</c>); required.</summary>
    public LinkType? Type { get; init; }

    /// <summary>This end (<c>local</c>); default: the address that the route to the remote has. A stream listens there.</summary>
    public LinkPlace? Local { get; init; }

    /// <summary>The far ends (<c>remote</c>); one, but for vxlan and geneve, whose frames to unknown and to many go to all. A stream connects there. For ssh: the server's device, such as tun5, or any.</summary>
    public IReadOnlyList<LinkPlace> Remote { get; init; } = [];

    /// <summary>The key (<c>key</c>), which both ends must have alike, or neither (RFC 2890 §2.1); default: none.</summary>
    public uint? Key { get; init; }

    /// <summary>Whether both ends send and demand checksums (<c>checksum</c>); default false.</summary>
    public bool? Checksum { get; init; }

    /// <summary>Whether packets are numbered, and older ones dropped (<c>sequence</c>); default false.</summary>
    public bool? Sequence { get; init; }

    /// <summary>Whether and how often keepalives are sent (<c>keepalive</c>); they are always answered. Default: none.</summary>
    public LinkKeepalive? Keepalive { get; init; }

    /// <summary>TTL or hop limit outside (<c>ttl</c>): 1 to 255, or <see cref="InheritTtl"/>. Default: inherit for gre, ipip and sit; 64 for the others.</summary>
    public int? Ttl { get; init; }

    /// <summary>TOS or traffic class outside (<c>tos</c>): 0 to 255, whose two ECN bits do not count, or <see cref="InheritTos"/>. Default 0.</summary>
    public int? Tos { get; init; }

    /// <summary>Whether packets outside are not to be fragmented, and the path's MTU is heeded (<c>pmtu</c>); default true.</summary>
    public bool? Pmtu { get; init; }

    /// <summary>The interface's name (<c>dev</c>); default: <c>tun0</c> or <c>tap0</c> or the next that is free.</summary>
    public string? Dev { get; init; }

    /// <summary>What its packets are (<c>mode</c>): ip or ethernet; default: ip, for geneve ethernet.</summary>
    public bool? IsEthernet { get; init; }

    /// <summary>The interface's MTU in octets (<c>mtu</c>); default: what the path's MTU leaves, at the start.</summary>
    public int? Mtu { get; init; }

    /// <summary>The interface's addresses (<c>address</c>); default: none.</summary>
    public IReadOnlyList<InterfaceAddress> Addresses { get; init; } = [];

    /// <summary>Routes through the interface (<c>route</c>); default: none.</summary>
    public IReadOnlyList<Route> Routes { get; init; } = [];

    /// <summary>The bridge that the interface joins (<c>bridge</c>), made where it is not there; default: none.</summary>
    public string? Bridge { get; init; }

    /// <summary>The virtual network identifier (<c>vni</c>), 0 to 16777215; required for vxlan, default 0 for geneve.</summary>
    public int? Vni { get; init; }

    /// <summary>The UDP port of both ends, where their places name none (<c>port</c>); default: 4789 for vxlan, 6081 for geneve, none for udp.</summary>
    public int? Port { get; init; }

    /// <summary>The tunnel encapsulation limit (<c>encap-limit</c>, RFC 2473 §4.1.1), 0 to 255, or -1 for none; default 4 for IPv6 outside, as Linux has it.</summary>
    public int? EncapLimit { get; init; }

    /// <summary>Whether the remotes of hardware addresses are learnt (<c>learning</c>); default true.</summary>
    public bool? Learning { get; init; }

    /// <summary>Where hardware addresses are (<c>forward</c>); default: none.</summary>
    public IReadOnlyList<LinkForward> Forward { get; init; } = [];

    /// <summary>Whether the MSS that TCP connections through the link agree on is lowered to what passes, both ways (<c>mss-clamp</c>); default false.</summary>
    public bool? MssClamp { get; init; }

    /// <summary>The account that may use the interface without privilege (<c>owner</c>): a name or number; default: nobody else.</summary>
    public string? Owner { get; init; }

    /// <summary>Whether the interface stays when the link ends (<c>persistent</c>); default: as it was.</summary>
    public bool? Persistent { get; init; }

    /// <summary>The IP version inside an ip6tnl (<c>inner</c>): 4 or 6. Default: that of its addresses, routes; 6 without any.</summary>
    public int? InnerVersion { get; init; }

    /// <summary>Queues of the interface (<c>queues</c>), 1 to 16, each with a thread that receives from it; default 1.</summary>
    public int? Queues { get; init; }

    /// <summary>Where packets are recorded (<c>capture</c>), a pcapng file a layer; default: nowhere.</summary>
    public IReadOnlyList<LinkCapture> Captures { get; init; } = [];

    /// <summary>What goes wrong on purpose with what is sent (<c>fault</c>); default: nothing.</summary>
    public FaultOptions? Fault { get; init; }

    /// <summary>The hops (<c>via</c>) of a stream or ssh, nearest first; default: none.</summary>
    public IReadOnlyList<HopUri> Via { get; init; } = [];

    /// <summary>The IP version inside, for those types that carry one only; 0 for the others.</summary>
    public int CarriedVersion => Type switch
    {
        LinkType.Ipip => 4,
        LinkType.Sit => 6,
        LinkType.Ip6Tnl => InnerVersion ?? (Versions.Any() && Versions.All(v => v == 4) ? 4 : 6),
        _ => 0,
    };

    /// <summary>The IP versions of its addresses and routes.</summary>
    internal IEnumerable<int> Versions => Addresses.Select(a => a.Address.AddressFamily).Concat(Routes.Select(r => r.Destination.BaseAddress.AddressFamily)).Select(f => f == System.Net.Sockets.AddressFamily.InterNetwork ? 4 : 6).Distinct();

    /// <summary>Whether its packets are Ethernet frames.</summary>
    public bool CarriesEthernet => Type switch
    {
        LinkType.Gretap or LinkType.Ip6Gretap or LinkType.EtherIp or LinkType.Vxlan => true,
        LinkType.Geneve => IsEthernet ?? true,
        _ => IsEthernet ?? false,
    };
}
