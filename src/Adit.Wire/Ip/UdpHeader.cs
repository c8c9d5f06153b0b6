using System.Buffers.Binary;

namespace Adit.Wire.Ip;

/// <summary>The header of a UDP datagram (RFC 768).</summary>
/// <remarks>
/// <code>
///  0      7 8     15 16    23 24    31
/// +--------+--------+--------+--------+
/// |   Source Port   | Destination Port|
/// |     Length      |    Checksum     |
/// +--------+--------+--------+--------+
/// </code>
/// </remarks>
/// <param name="SourcePort">The sender's port; 0: none.</param>
/// <param name="DestinationPort">The receiver's port.</param>
/// <param name="Length">Octets of header and payload, 8 at least.</param>
/// <param name="Checksum">Over pseudo header, header and payload; 0: none was made.</param>
public readonly record struct UdpHeader(ushort SourcePort, ushort DestinationPort, ushort Length, ushort Checksum) : IWireValue<UdpHeader>
{
    /// <summary>Octets of the header.</summary>
    public const int HeaderLength = 8;

    /// <inheritdoc/>
    public int EncodedLength => HeaderLength;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out UdpHeader value, out int consumed)
    {
        value = default;
        consumed = 0;
        if (source.Length < HeaderLength) return DecodeStatus.Truncated;
        ushort length = BinaryPrimitives.ReadUInt16BigEndian(source[4..]);
        if (length < HeaderLength) return DecodeStatus.BadLength; // RFC 768: the minimum value is eight
        value = new UdpHeader(
            BinaryPrimitives.ReadUInt16BigEndian(source), BinaryPrimitives.ReadUInt16BigEndian(source[2..]), length, BinaryPrimitives.ReadUInt16BigEndian(source[6..]));
        consumed = HeaderLength;
        return DecodeStatus.Ok;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        WireRoom.Require(destination, HeaderLength, "udp header");
        BinaryPrimitives.WriteUInt16BigEndian(destination, SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], DestinationPort);
        BinaryPrimitives.WriteUInt16BigEndian(destination[4..], Length);
        BinaryPrimitives.WriteUInt16BigEndian(destination[6..], Checksum);
        return HeaderLength;
    }
}
