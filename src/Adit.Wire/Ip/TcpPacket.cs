using System.Buffers.Binary;

namespace Adit.Wire.Ip;

/// <summary>A view of a TCP segment (RFC 9293 §3.1).</summary>
/// <remarks>
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |          Source Port          |       Destination Port        |
/// |                        Sequence Number                        |
/// |                    Acknowledgment Number                      |
/// | Offset|  Rsrvd  |    Flags    |            Window             |
/// |           Checksum            |         Urgent Pointer        |
/// |                           [Options]                           |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// </code>
/// </remarks>
public readonly ref struct TcpPacket
{
    /// <summary>Octets of a header without options.</summary>
    public const int MinimumHeaderLength = 20;

    /// <summary>Where the checksum stands.</summary>
    public const int ChecksumOffset = 16;

    private readonly ReadOnlySpan<byte> _octets;

    private TcpPacket(ReadOnlySpan<byte> octets)
    {
        _octets = octets;
    }

    /// <summary>The sender's port.</summary>
    public ushort SourcePort => BinaryPrimitives.ReadUInt16BigEndian(_octets);

    /// <summary>The receiver's port.</summary>
    public ushort DestinationPort => BinaryPrimitives.ReadUInt16BigEndian(_octets[2..]);

    /// <summary>The first octet's number, or the SYN's.</summary>
    public uint SequenceNumber => BinaryPrimitives.ReadUInt32BigEndian(_octets[4..]);

    /// <summary>The next octet expected, with ACK.</summary>
    public uint AcknowledgmentNumber => BinaryPrimitives.ReadUInt32BigEndian(_octets[8..]);

    /// <summary>Octets of the header, 20 to 60.</summary>
    public int HeaderLength => (_octets[12] >> 4) * 4;

    /// <summary>Control bits.</summary>
    public TcpFlags Flags => (TcpFlags)(BinaryPrimitives.ReadUInt16BigEndian(_octets[12..]) & 0x1ff);

    /// <summary>The receive window, unscaled.</summary>
    public ushort Window => BinaryPrimitives.ReadUInt16BigEndian(_octets[14..]);

    /// <summary>The checksum field.</summary>
    public ushort Checksum => BinaryPrimitives.ReadUInt16BigEndian(_octets[ChecksumOffset..]);

    /// <summary>The urgent pointer, with URG.</summary>
    public ushort UrgentPointer => BinaryPrimitives.ReadUInt16BigEndian(_octets[18..]);

    /// <summary>Options with their padding.</summary>
    public ReadOnlySpan<byte> Options => _octets[MinimumHeaderLength..HeaderLength];

    /// <summary>What follows the header.</summary>
    public ReadOnlySpan<byte> Payload => _octets[HeaderLength..];

    /// <summary>Views a segment.</summary>
    /// <param name="source">The IP payload.</param>
    /// <param name="packet">The view, when the status is <see cref="DecodeStatus.Ok"/>.</param>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out TcpPacket packet)
    {
        packet = default;
        if (source.Length < MinimumHeaderLength) return DecodeStatus.Truncated;
        int length = (source[12] >> 4) * 4;
        if (length < MinimumHeaderLength) return DecodeStatus.BadLength;
        if (source.Length < length) return DecodeStatus.Truncated;
        packet = new TcpPacket(source);
        return DecodeStatus.Ok;
    }
}
