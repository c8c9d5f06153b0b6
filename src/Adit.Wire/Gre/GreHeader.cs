using System.Buffers.Binary;
using Adit.Wire.Ethernet;

namespace Adit.Wire.Gre;

/// <summary>The header of Generic Routing Encapsulation, version 0 (RFC 2784, with the key and sequence number of RFC 2890).</summary>
/// <remarks>
/// Theory of operation: a GRE packet is this header and a payload whose EtherType the header names; it says nothing of its own length. Both ends must be
/// configured alike: which of the three optional fields stand there, and with which key, is not negotiated. The checksum covers header and payload, so it
/// is written once the payload stands behind the header (<see cref="WriteChecksum"/>).
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |C|R|K|S|    Reserved0    | Ver |         Protocol Type         |
/// |      Checksum (optional)      |       Reserved1 (optional)    |
/// |                         Key (optional)                        |
/// |                 Sequence Number (optional)                    |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// </code>
/// </remarks>
/// <param name="ProtocolType">What follows.</param>
/// <param name="Checksum">Over header and payload; null: none.</param>
/// <param name="Key">Which of several tunnels between the same hosts; null: none.</param>
/// <param name="SequenceNumber">The packet's number; null: none.</param>
public readonly record struct GreHeader(EtherType ProtocolType, ushort? Checksum = null, uint? Key = null, uint? SequenceNumber = null) : IWireValue<GreHeader>
{
    /// <summary>Octets of a header without options.</summary>
    public const int MinimumLength = 4;

    /// <summary>Octets of a header with all of them.</summary>
    public const int MaximumLength = 16;

    internal const int ChecksumPresent = 0x8000;
    internal const int RoutingPresent = 0x4000;
    internal const int KeyPresent = 0x2000;
    internal const int SequenceNumberPresent = 0x1000;
    internal const int VersionMask = 0x0007;

    /// <summary>RFC 2784 §2.3: of bits 1 to 5, those that RFC 2890 gave no meaning. A receiver discards packets with any of them.</summary>
    internal const int MustBeZero = RoutingPresent | 0x0c00;

    /// <summary>Where the checksum stands, if it does.</summary>
    internal const int ChecksumOffset = 4;

    /// <inheritdoc/>
    public int EncodedLength => LengthFor(Checksum is not null, Key is not null, SequenceNumber is not null);

    /// <summary>Octets of a header.</summary>
    /// <param name="hasChecksum">Whether it has a checksum.</param>
    /// <param name="hasKey">Whether it has a key.</param>
    /// <param name="hasSequenceNumber">Whether it has a sequence number.</param>
    public static int LengthFor(bool hasChecksum, bool hasKey, bool hasSequenceNumber) =>
        MinimumLength + (hasChecksum ? 4 : 0) + (hasKey ? 4 : 0) + (hasSequenceNumber ? 4 : 0);

    /// <inheritdoc/>
    /// <remarks>The checksum is not judged: it covers the payload too (<see cref="GrePacket.HasValidChecksum"/>).</remarks>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out GreHeader value, out int consumed)
    {
        consumed = 0;
        value = default;
        DecodeStatus status = GrePacket.TryDecode(source, out GrePacket packet);
        if (status != DecodeStatus.Ok) return status;
        value = new GreHeader(
            packet.ProtocolType,
            packet.HasChecksum ? packet.Checksum : null,
            packet.HasKey ? packet.Key : null,
            packet.HasSequenceNumber ? packet.SequenceNumber : null);
        consumed = packet.HeaderLength;
        return DecodeStatus.Ok;
    }

    /// <summary>Writes the checksum of a whole packet whose header has room for one.</summary>
    /// <param name="packet">Header, checksum field of any value, and payload.</param>
    public static void WriteChecksum(Span<byte> packet)
    {
        BinaryPrimitives.WriteUInt32BigEndian(packet[ChecksumOffset..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(packet[ChecksumOffset..], Ip.InternetChecksum.Compute(packet));
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        int length = EncodedLength;
        WireRoom.Require(destination, length, "gre header");
        int flags = (Checksum is null ? 0 : ChecksumPresent) | (Key is null ? 0 : KeyPresent) | (SequenceNumber is null ? 0 : SequenceNumberPresent);
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)flags);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)ProtocolType);
        int at = MinimumLength;
        if (Checksum is { } checksum)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination[at..], (uint)checksum << 16);
            at += 4;
        }

        if (Key is { } key)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination[at..], key);
            at += 4;
        }

        if (SequenceNumber is { } number) BinaryPrimitives.WriteUInt32BigEndian(destination[at..], number);
        return length;
    }
}
