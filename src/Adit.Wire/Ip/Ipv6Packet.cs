using System.Buffers.Binary;

namespace Adit.Wire.Ip;

/// <summary>A view of an IPv6 packet (RFC 8200 §3); see <see cref="Ipv6Header"/> for the field diagram. Jumbograms are not known: a payload length of 0 is none.</summary>
public readonly ref struct Ipv6Packet
{
    /// <summary>Ours: extension headers walked at most. Hosts send up to three; RFC 8200 §4.1 orders seven; Linux itself walks on.</summary>
    public const int MaximumExtensionHeaders = 16;

    /// <summary>Octets of an extension header at least (RFC 8200 §4.2).</summary>
    internal const int ExtensionUnit = 8;

    private readonly ReadOnlySpan<byte> _octets;

    private Ipv6Packet(ReadOnlySpan<byte> octets)
    {
        _octets = octets;
    }

    /// <summary>The packet's octets, nothing after its length.</summary>
    public ReadOnlySpan<byte> Octets => _octets;

    /// <summary>Traffic class.</summary>
    public byte TrafficClass => (byte)(BinaryPrimitives.ReadUInt16BigEndian(_octets) >> 4);

    /// <summary>The congestion mark.</summary>
    public Ecn Ecn => EcnField.Of(TrafficClass);

    /// <summary>Flow label, 20 bits.</summary>
    public uint FlowLabel => BinaryPrimitives.ReadUInt32BigEndian(_octets) & 0xfffff;

    /// <summary>Octets after the header, as it says.</summary>
    public int PayloadLength => BinaryPrimitives.ReadUInt16BigEndian(_octets[4..]);

    /// <summary>What follows the header.</summary>
    public IpProtocol NextHeader => (IpProtocol)_octets[6];

    /// <summary>Hop limit.</summary>
    public byte HopLimit => _octets[7];

    /// <summary>Who sent it.</summary>
    public Ipv6Address Source => Ipv6Address.Read(_octets[8..]);

    /// <summary>Whom it is for.</summary>
    public Ipv6Address Destination => Ipv6Address.Read(_octets[24..]);

    /// <summary>What follows the fixed header, extension headers included; of a quoted packet as much as was quoted.</summary>
    public ReadOnlySpan<byte> Payload => _octets[Ipv6Header.Length..];

    /// <summary>Views a whole packet.</summary>
    /// <param name="source">The packet; octets after it (a link's padding) are left out of the view.</param>
    /// <param name="packet">The view, when the status is <see cref="DecodeStatus.Ok"/>.</param>
    /// <returns>Unsupported: another version.</returns>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out Ipv6Packet packet)
    {
        DecodeStatus status = TryDecodeQuoted(source, out packet);
        if (status != DecodeStatus.Ok || packet.PayloadLength == packet.Payload.Length) return status;
        packet = default;
        return DecodeStatus.Truncated;
    }

    /// <summary>Views a packet whose payload may have been cut, as in an ICMPv6 error; the fixed header must be whole.</summary>
    /// <param name="source">The packet's beginning.</param>
    /// <param name="packet">The view, when the status is <see cref="DecodeStatus.Ok"/>.</param>
    public static DecodeStatus TryDecodeQuoted(ReadOnlySpan<byte> source, out Ipv6Packet packet)
    {
        packet = default;
        if (source.IsEmpty) return DecodeStatus.Truncated;
        if (source[0] >> 4 != 6) return DecodeStatus.Unsupported;
        if (source.Length < Ipv6Header.Length) return DecodeStatus.Truncated;
        int total = Ipv6Header.Length + BinaryPrimitives.ReadUInt16BigEndian(source[4..]);
        packet = new Ipv6Packet(source.Length > total ? source[..total] : source);
        return DecodeStatus.Ok;
    }

    /// <summary>Writes another traffic class into a packet.</summary>
    /// <param name="packet">A packet of at least two octets.</param>
    /// <param name="trafficClass">The class.</param>
    public static void SetTrafficClass(Span<byte> packet, byte trafficClass) =>
        BinaryPrimitives.WriteUInt16BigEndian(packet, (ushort)((BinaryPrimitives.ReadUInt16BigEndian(packet) & 0xf00f) | (trafficClass << 4)));

    /// <summary>Walks the extension headers to the upper layer (RFC 8200 §4): past AH too, not past ESP.</summary>
    /// <param name="upper">What was found.</param>
    /// <returns>Truncated: a header leaves the packet; BadLength: more than <see cref="MaximumExtensionHeaders"/>.</returns>
    public DecodeStatus TryFindUpperLayer(out Ipv6UpperLayer upper)
    {
        int at = Ipv6Header.Length;
        var next = NextHeader;
        int fragmentAt = -1, limitAt = -1, fragmentOffset = 0;
        bool more = false;
        for (int headers = 0; headers <= MaximumExtensionHeaders; headers++)
        {
            if (!IsExtension(next) || fragmentOffset > 0)
            {
                upper = new Ipv6UpperLayer(next, at, fragmentAt, fragmentOffset, more, limitAt);
                return DecodeStatus.Ok;
            }

            upper = default;
            if (_octets.Length < at + ExtensionUnit) return DecodeStatus.Truncated;
            int length = next switch
            {
                IpProtocol.Fragment => ExtensionUnit, // RFC 8200 §4.5: the octet is reserved
                IpProtocol.AuthenticationHeader => (_octets[at + 1] + 2) * 4, // RFC 4302 §2.2: in 32-bit words, minus 2
                _ => (_octets[at + 1] + 1) * ExtensionUnit,
            };
            if (_octets.Length < at + length) return DecodeStatus.Truncated;
            if (next == IpProtocol.Fragment)
            {
                int field = BinaryPrimitives.ReadUInt16BigEndian(_octets[(at + 2)..]);
                fragmentAt = at;
                fragmentOffset = field & 0xfff8;
                more = (field & 1) != 0;
            }
            else if (next == IpProtocol.DestinationOptions && limitAt < 0)
            {
                int inOptions = TunnelEncapsulationLimit.Find(_octets.Slice(at, length));
                if (inOptions >= 0) limitAt = at + inOptions;
            }

            next = (IpProtocol)_octets[at];
            at += length;
        }

        upper = default;
        return DecodeStatus.BadLength;
    }

    private static bool IsExtension(IpProtocol header) => header is IpProtocol.HopByHopOptions or IpProtocol.Routing or IpProtocol.Fragment
        or IpProtocol.DestinationOptions or IpProtocol.AuthenticationHeader or IpProtocol.Mobility;
}
