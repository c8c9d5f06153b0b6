using Adit.Core.Links;
using Adit.Wire;
using Adit.Wire.Ethernet;
using Adit.Wire.Ip;

namespace Adit.Links.Encapsulation;

/// <summary>What a tunnel must know of a packet that it carries. Positions are relative to its first octet.</summary>
public readonly struct InnerPacket
{
    private InnerPacket(int version, int networkOffset, int ipLength, byte trafficClass, byte hopLimit, bool dontFragment, IpProtocol protocol, int upperOffset)
    {
        Version = version;
        NetworkOffset = networkOffset;
        IpLength = ipLength;
        TrafficClass = trafficClass;
        HopLimit = hopLimit;
        DontFragment = dontFragment;
        Protocol = protocol;
        UpperOffset = upperOffset;
    }

    /// <summary>4, 6, or 0 for a frame that holds no whole IP packet.</summary>
    public int Version { get; }

    /// <summary>Where the IP packet begins: octets of link header.</summary>
    public int NetworkOffset { get; }

    /// <summary>Octets of the IP packet, as its header says.</summary>
    public int IpLength { get; }

    /// <summary>Its traffic class.</summary>
    public byte TrafficClass { get; }

    /// <summary>Its TTL or hop limit.</summary>
    public byte HopLimit { get; }

    /// <summary>IPv4's DF. An IPv6 packet has none: its tunnel may be fragmented (RFC 4213 §3.2.1).</summary>
    public bool DontFragment { get; }

    /// <summary>What its header names next; of an IPv4 fragment that is not the first, <see cref="IpProtocol.NoNextHeader"/>.</summary>
    public IpProtocol Protocol { get; }

    /// <summary>Where that begins.</summary>
    public int UpperOffset { get; }

    /// <summary>Looks at a packet.</summary>
    /// <param name="octets">The packet or frame.</param>
    /// <param name="medium">Which of both.</param>
    /// <param name="inner">What was found.</param>
    /// <returns>Why it cannot be carried. A frame can hold anything.</returns>
    public static DropReason TryDescribe(ReadOnlySpan<byte> octets, Medium medium, out InnerPacket inner)
    {
        if (medium != Medium.Ethernet) return TryDescribeIp(octets, 0, out inner);
        inner = default;
        if (EthernetPacket.TryDecode(octets, out EthernetPacket frame) != DecodeStatus.Ok) return DropReason.Truncated;
        int network = frame.HeaderLength;
        bool isIp = frame.Type is EtherType.Ipv4 or EtherType.Ipv6;
        if (!isIp || TryDescribeIp(octets[network..], network, out inner) != DropReason.None || inner.Version != (frame.Type == EtherType.Ipv4 ? 4 : 6))
            inner = new InnerPacket(0, network, 0, 0, 0, false, IpProtocol.NoNextHeader, network);
        return DropReason.None;
    }

    private static DropReason TryDescribeIp(ReadOnlySpan<byte> octets, int network, out InnerPacket inner)
    {
        inner = default;
        int version = octets.IsEmpty ? 0 : octets[0] >> 4;
        if (version == 4)
        {
            DecodeStatus status = Ipv4Packet.TryDecode(octets, out Ipv4Packet packet);
            if (status != DecodeStatus.Ok) return status == DecodeStatus.Truncated ? DropReason.Truncated : DropReason.BadHeader;
            IpProtocol protocol = packet.FragmentOffset == 0 ? packet.Protocol : IpProtocol.NoNextHeader;
            inner = new InnerPacket(4, network, packet.TotalLength, packet.TrafficClass, packet.TimeToLive, packet.DontFragment, protocol, network + packet.HeaderLength);
            return DropReason.None;
        }

        if (version == 6)
        {
            DecodeStatus status = Ipv6Packet.TryDecode(octets, out Ipv6Packet packet);
            if (status != DecodeStatus.Ok) return status == DecodeStatus.Truncated ? DropReason.Truncated : DropReason.BadHeader;
            inner = new InnerPacket(6, network, packet.Octets.Length, packet.TrafficClass, packet.HopLimit, false, packet.NextHeader, network + Ipv6Header.Length);
            return DropReason.None;
        }

        return octets.IsEmpty ? DropReason.Truncated : DropReason.BadHeader;
    }
}
