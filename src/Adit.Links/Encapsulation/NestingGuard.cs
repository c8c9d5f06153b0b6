using Adit.Wire;
using Adit.Wire.Ethernet;
using Adit.Wire.EtherIp;
using Adit.Wire.Gre;
using Adit.Wire.Ip;

namespace Adit.Links.Encapsulation;

/// <summary>Follows tunnel headers inside a packet: finds our own delivery packet, however deep another tunnel has put it, and nesting without end (RFC 2473 §4.1.1, §4.1.2).</summary>
/// <remarks>Most packets cost one comparison, since what they carry is no tunnel; the others at most as many headers as may be nested.</remarks>
internal static class NestingGuard
{
    /// <summary>Whether a packet loops, or is nested too deep.</summary>
    /// <param name="octets">An IP packet.</param>
    /// <param name="own">Ours; null to look at the depth only.</param>
    /// <param name="maximum">Tunnel headers at most.</param>
    public static bool IsLoop(ReadOnlySpan<byte> octets, OuterIdentity? own, int maximum)
    {
        for (int depth = 0; ; depth++)
        {
            if (octets.IsEmpty) return false;
            IpProtocol protocol;
            if (octets[0] >> 4 == 4)
            {
                if (Ipv4Packet.TryDecodeQuoted(octets, out Ipv4Packet four) != DecodeStatus.Ok || four.FragmentOffset != 0) return false;
                protocol = four.Protocol;
                if (own is not null && own.IsOwn(four.Source, four.Destination, protocol, four.Payload)) return true;
                octets = four.Payload;
            }
            else
            {
                if (Ipv6Packet.TryDecodeQuoted(octets, out Ipv6Packet six) != DecodeStatus.Ok) return false;
                protocol = six.NextHeader;
                int upper = Ipv6Header.Length;
                if (protocol is not (IpProtocol.Tcp or IpProtocol.Udp or IpProtocol.Icmpv6))
                {
                    if (six.TryFindUpperLayer(out Ipv6UpperLayer found) != DecodeStatus.Ok || found.FragmentOffset > 0) return false;
                    (protocol, upper) = (found.Protocol, found.Offset);
                }

                if (own is not null && own.IsOwn(six.Source, six.Destination, protocol, octets[upper..])) return true;
                octets = six.Octets[upper..];
            }

            if (!TryEnter(protocol, ref octets)) return false;
            if (depth + 1 >= maximum) return true;
        }
    }

    /// <summary>Goes to the IP packet that a tunnel header stands before.</summary>
    private static bool TryEnter(IpProtocol protocol, ref ReadOnlySpan<byte> octets)
    {
        switch (protocol)
        {
            case IpProtocol.Ipv4 or IpProtocol.Ipv6:
                return true;
            case IpProtocol.Gre:
                if (GrePacket.TryDecode(octets, out GrePacket gre) != DecodeStatus.Ok) return false;
                octets = gre.Payload;
                return gre.ProtocolType is EtherType.Ipv4 or EtherType.Ipv6 || (gre.ProtocolType == EtherType.TransparentEthernetBridging && TryEnterFrame(ref octets));
            case IpProtocol.EtherIp:
                if (EtherIpHeader.TryDecode(octets, out _, out int length) != DecodeStatus.Ok) return false;
                octets = octets[length..];
                return TryEnterFrame(ref octets);
            default:
                return false;
        }
    }

    private static bool TryEnterFrame(ref ReadOnlySpan<byte> octets)
    {
        if (EthernetPacket.TryDecode(octets, out EthernetPacket frame) != DecodeStatus.Ok || frame.Type is not (EtherType.Ipv4 or EtherType.Ipv6)) return false;
        octets = frame.Payload;
        return true;
    }
}
