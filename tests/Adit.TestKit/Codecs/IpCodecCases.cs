using Adit.Wire.Ethernet;
using Adit.Wire.Ip;

namespace Adit.TestKit.Codecs;

/// <summary>Vectors of IP, its upper layers and Ethernet, made by scapy 2.5.</summary>
public static class IpCodecCases
{
    /// <summary>Every case.</summary>
    public static IReadOnlyList<CodecCase> All { get; } =
    [
        new CodecCase<Ipv4Header>(
            new() { TrafficClass = 0xb9, TotalLength = 31, Identification = 0x1234, DontFragment = true, TimeToLive = 63, Protocol = IpProtocol.Udp, Source = Documentation, Destination = Test },
            "45b9001f123440003f113ca5c0000201c6336407"),
        new CodecCase<Ipv4Header>(
            new() { TotalLength = 28, Identification = 0x1234, MoreFragments = true, FragmentOffset = 1480, TimeToLive = 63, Protocol = IpProtocol.Udp, Source = Documentation, Destination = Test },
            "4500001c123420b93f115ca8c0000201c6336407",
            "fragment"),
        new CodecCase<Ipv4Header>(
            new() { TotalLength = 40, Identification = 1, TimeToLive = 64, Protocol = IpProtocol.Icmp, Source = Documentation, Destination = Test, Options = Octets.Of("94040000 0707040000000000") },
            "48000028000100004001ec8cc0000201c6336407 94040000 0707040000000000",
            "router alert and record route"),
        new CodecCase<Ipv6Header>(
            new() { TrafficClass = 0xb9, FlowLabel = 0x12345, PayloadLength = 11, NextHeader = IpProtocol.Udp, HopLimit = 64, Source = new(0x20010db800000000, 1), Destination = new(0x20010db800000000, 2) },
            "6b912345000b1140 20010db8000000000000000000000001 20010db8000000000000000000000002"),
        new CodecCase<TunnelEncapsulationLimit>(new(IpProtocol.Fragment, 5), "2c00040105010100"),
        new CodecCase<UdpHeader>(new(53, 4789, 13, 0xbcdb), "003512b5000dbcdb"),
        new CodecCase<EthernetHeader>(new(MacAddress.Broadcast, new(0x0200_0000_0001), EtherType.Arp), "ffffffffffff0200000000010806"),
    ];

    /// <summary>An IPv4 packet with a SYN whose option stands at an odd offset.</summary>
    public static byte[] OddSyn => Octets.Of("450000310001000040068e8ac0000201c63364079c4001bb00000001000000007002faf0e0a7000001020405b400000071");

    /// <summary>An IPv6 packet of Hop-by-Hop, Destination (encapsulation limit 5), Fragment and UDP.</summary>
    public static byte[] Extended => Octets.Of(
        "600000000023004020010db800000000000000000000000120010db80000000000000000000000023c000502000001002c00040105010100110000010000000700050006000bb1de78797a");

    private static Ipv4Address Documentation => new(0xc0000201);

    private static Ipv4Address Test => new(0xc6336407);
}
