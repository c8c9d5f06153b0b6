using System.Buffers.Binary;

namespace Adit.Wire.Ip;

/// <summary>A view of an IPv4 packet (RFC 791 §3.1); see <see cref="Ipv4Header"/> for the field diagram. It judges lengths, not the checksum.</summary>
public readonly ref struct Ipv4Packet
{
    internal const int DontFragmentBit = 0x4000;
    internal const int MoreFragmentsBit = 0x2000;
    private const int OffsetMask = 0x1fff;

    private readonly ReadOnlySpan<byte> _octets;

    private Ipv4Packet(ReadOnlySpan<byte> octets)
    {
        _octets = octets;
    }

    /// <summary>The packet's octets, nothing after its total length.</summary>
    public ReadOnlySpan<byte> Octets => _octets;

    /// <summary>Octets of the header, 20 to 60.</summary>
    public int HeaderLength => (_octets[0] & 0x0f) * 4;

    /// <summary>Type of service.</summary>
    public byte TrafficClass => _octets[1];

    /// <summary>The congestion mark.</summary>
    public Ecn Ecn => EcnField.Of(_octets[1]);

    /// <summary>Octets of header and payload, as the header says.</summary>
    public int TotalLength => BinaryPrimitives.ReadUInt16BigEndian(_octets[2..]);

    /// <summary>What fragments of one packet have in common.</summary>
    public ushort Identification => BinaryPrimitives.ReadUInt16BigEndian(_octets[4..]);

    /// <summary>DF.</summary>
    public bool DontFragment => (Flags & DontFragmentBit) != 0;

    /// <summary>MF.</summary>
    public bool MoreFragments => (Flags & MoreFragmentsBit) != 0;

    /// <summary>Where the payload stands in the whole packet's, in octets.</summary>
    public int FragmentOffset => (Flags & OffsetMask) << 3;

    /// <summary>Whether it is a part of a packet.</summary>
    public bool IsFragment => (Flags & (MoreFragmentsBit | OffsetMask)) != 0;

    /// <summary>TTL.</summary>
    public byte TimeToLive => _octets[8];

    /// <summary>What it carries.</summary>
    public IpProtocol Protocol => (IpProtocol)_octets[9];

    /// <summary>The checksum field.</summary>
    public ushort HeaderChecksum => BinaryPrimitives.ReadUInt16BigEndian(_octets[10..]);

    /// <summary>Who sent it.</summary>
    public Ipv4Address Source => Ipv4Address.Read(_octets[12..]);

    /// <summary>Whom it is for.</summary>
    public Ipv4Address Destination => Ipv4Address.Read(_octets[16..]);

    /// <summary>Options with their padding.</summary>
    public ReadOnlySpan<byte> Options => _octets[Ipv4Header.MinimumLength..HeaderLength];

    /// <summary>What follows the header; of a quoted packet as much as was quoted.</summary>
    public ReadOnlySpan<byte> Payload => _octets[HeaderLength..];

    /// <summary>Whether the header's checksum is right.</summary>
    public bool HasValidChecksum => InternetChecksum.IsValid(_octets[..HeaderLength]);

    private int Flags => BinaryPrimitives.ReadUInt16BigEndian(_octets[6..]);

    /// <summary>Views a whole packet.</summary>
    /// <param name="source">The packet; octets after it (a link's padding) are left out of the view.</param>
    /// <param name="packet">The view, when the status is <see cref="DecodeStatus.Ok"/>.</param>
    /// <returns>Unsupported: another version.</returns>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out Ipv4Packet packet)
    {
        DecodeStatus status = TryDecodeQuoted(source, out packet);
        if (status != DecodeStatus.Ok || packet.TotalLength == packet._octets.Length) return status;
        packet = default;
        return DecodeStatus.Truncated;
    }

    /// <summary>Views a packet whose payload may have been cut, as in an ICMP error; the header must be whole.</summary>
    /// <param name="source">The packet's beginning.</param>
    /// <param name="packet">The view, when the status is <see cref="DecodeStatus.Ok"/>.</param>
    public static DecodeStatus TryDecodeQuoted(ReadOnlySpan<byte> source, out Ipv4Packet packet)
    {
        packet = default;
        if (source.IsEmpty) return DecodeStatus.Truncated;
        if (source[0] >> 4 != 4) return DecodeStatus.Unsupported;
        int header = (source[0] & 0x0f) * 4;
        if (header < Ipv4Header.MinimumLength) return DecodeStatus.BadLength; // RFC 791 §3.1: the minimum value is 5
        if (source.Length < header) return DecodeStatus.Truncated;
        int total = BinaryPrimitives.ReadUInt16BigEndian(source[2..]);
        if (total < header) return DecodeStatus.BadLength;
        packet = new Ipv4Packet(source.Length > total ? source[..total] : source);
        return DecodeStatus.Ok;
    }

    /// <summary>Writes another traffic class into a packet and corrects its header's checksum.</summary>
    /// <param name="packet">A packet of at least 20 octets.</param>
    /// <param name="trafficClass">The class.</param>
    public static void SetTrafficClass(Span<byte> packet, byte trafficClass)
    {
        ushort old = BinaryPrimitives.ReadUInt16BigEndian(packet);
        packet[1] = trafficClass;
        ushort now = BinaryPrimitives.ReadUInt16BigEndian(packet);
        BinaryPrimitives.WriteUInt16BigEndian(packet[10..], InternetChecksum.Update(BinaryPrimitives.ReadUInt16BigEndian(packet[10..]), old, now));
    }
}
