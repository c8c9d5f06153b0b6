using System.Net.Sockets;
using Adit.Core.Links;
using Adit.Gateway.Configuration;
using Adit.Links.Delivery;
using Adit.Links.Encapsulation;
using Adit.Links.EtherIp;
using Adit.Links.Geneve;
using Adit.Links.Gre;
using Adit.Links.Ip;
using Adit.Links.Vxlan;
using Adit.Wire.Ethernet;
using Adit.Wire.Ip;

namespace Adit.Gateway.Links;

/// <summary>From a configuration to a delivery and the tunnel over it.</summary>
internal static class Tunnels
{
    private const int UsualEncapsulationLimit = 4; // Linux's, RFC 2473 §6.6

    /// <summary>Opens what carries the tunnel.</summary>
    /// <param name="link">The link.</param>
    /// <param name="ends">Its ends.</param>
    /// <exception cref="Core.TunnelException">A privilege is missing, or the address is taken or not this machine's.</exception>
    public static IDelivery Deliver(LinkConfiguration link, LinkEnds ends)
    {
        if (ProtocolOf(link) is var protocol and not IpProtocol.Udp)
            return RawIpDelivery.Open(new RawIpDeliveryOptions { Local = ends.Local.Address, Remote = ends.Remotes[0].Address, Protocol = (byte)protocol, EncapsulationLimit = LimitOf(link, ends) });
        UdpDelivery delivery = UdpDelivery.Open(new UdpDeliveryOptions { Local = ends.Local, Remote = ends.Remotes[0], MatchesPort = link.Type == LinkType.Udp });
        foreach (System.Net.IPEndPoint remote in ends.Remotes) delivery.AddRemote(remote);
        return delivery;
    }

    /// <summary>The IP protocol that delivers a link.</summary>
    public static IpProtocol ProtocolOf(LinkConfiguration link) => link.Type switch
    {
        LinkType.Gre or LinkType.Gretap or LinkType.Ip6Gre or LinkType.Ip6Gretap => IpProtocol.Gre,
        LinkType.EtherIp => IpProtocol.EtherIp,
        LinkType.Ipip or LinkType.Sit or LinkType.Ip6Tnl => link.CarriedVersion == 4 ? IpProtocol.Ipv4 : IpProtocol.Ipv6,
        _ => IpProtocol.Udp,
    };

    /// <summary>The tunnel encapsulation limit that a link sends; null for none.</summary>
    public static byte? LimitOf(LinkConfiguration link, LinkEnds ends) =>
        ProtocolOf(link) == IpProtocol.Udp || ends.Local.AddressFamily == AddressFamily.InterNetwork || link.EncapLimit < 0 ? null : (byte)(link.EncapLimit ?? UsualEncapsulationLimit);

    /// <summary>Makes the tunnel.</summary>
    /// <param name="link">The link.</param>
    /// <param name="ends">Its ends.</param>
    /// <param name="delivery">What carries it; owned by the tunnel.</param>
    public static EncapsulatingLink Encapsulate(LinkConfiguration link, LinkEnds ends, IDelivery delivery)
    {
        Medium medium = link.CarriesEthernet ? Medium.Ethernet : Medium.Ip;
        return link.Type switch
        {
            LinkType.Gre or LinkType.Gretap or LinkType.Ip6Gre or LinkType.Ip6Gretap => new GreLink(delivery, With(link, new GreOptions
            {
                Medium = medium,
                Key = link.Key,
                Checksum = link.Checksum ?? false,
                SendsSequenceNumbers = link.Sequence ?? false,
                EnforcesSequence = link.Sequence ?? false,
                KeepaliveInterval = link.Keepalive?.Interval,
                KeepaliveRetries = link.Keepalive?.Retries ?? LinkKeepalive.UsualRetries,
            })),
            LinkType.EtherIp => new EtherIpLink(delivery, With(link, new EtherIpOptions())),
            LinkType.Ipip or LinkType.Sit or LinkType.Ip6Tnl => new IpInIpLink(delivery, With(link, new IpInIpOptions { InnerVersion = link.CarriedVersion })),
            LinkType.Vxlan => new VxlanLink(delivery, With(link, new VxlanOptions
            {
                NetworkIdentifier = (uint)link.Vni!.Value,
                Learns = link.Learning ?? true,
                StaticAddresses = Addresses(link, ends),
                FloodTo = Flood(ends),
            })),
            LinkType.Geneve => new GeneveLink(delivery, With(link, new GeneveOptions
            {
                NetworkIdentifier = (uint)(link.Vni ?? 0),
                Medium = medium,
                Learns = link.Learning ?? true,
                StaticAddresses = Addresses(link, ends),
                FloodTo = Flood(ends),
            })),
            LinkType.Udp => new PlainUdpLink(delivery, With(link, new PlainUdpOptions { Medium = medium })),
            _ => throw new ArgumentOutOfRangeException(nameof(link), link.Type, "no delivered type"),
        };
    }

    private static T With<T>(LinkConfiguration link, T options)
        where T : EncapsulationOptions => (T)(options with
        {
            Mtu = link.Mtu,
            HopLimit = link.Ttl switch { null => link.Type is LinkType.Gre or LinkType.Ipip or LinkType.Sit ? null : (byte)0, LinkConfiguration.InheritTtl => null, { } ttl => (byte)ttl },
            TrafficClass = link.Tos switch { null => 0, LinkConfiguration.InheritTos => null, { } tos => (byte)tos },
            PathMtuDiscovery = link.Pmtu ?? true,
            ClampsSegmentSize = link.MssClamp ?? false,
        });

    private static List<KeyValuePair<MacAddress, ushort>> Addresses(LinkConfiguration link, LinkEnds ends) =>
        [.. link.Forward.Select(f => KeyValuePair.Create(new MacAddress((ulong)f.HardwareAddress), (ushort)ends.Remotes.ToList().FindIndex(r => r.Address.Equals(f.Remote))))];

    private static ushort[]? Flood(LinkEnds ends) => ends.Floods == ends.Remotes.Count ? null : [.. Enumerable.Range(0, ends.Floods).Select(i => (ushort)i)];
}
