using System.Buffers.Binary;

namespace Adit.Wire.Dns;

/// <summary>The header of a message (RFC 1035 §4.1.1).</summary>
/// <remarks>
/// <code>
/// |                      ID                       |
/// |QR|   Opcode  |AA|TC|RD|RA| Z|AD|CD|   RCODE   |
/// |                    QDCOUNT                    |
/// |                    ANCOUNT                    |
/// |                    NSCOUNT                    |
/// |                    ARCOUNT                    |
/// </code>
/// </remarks>
/// <param name="Id">What ties a response to its query.</param>
/// <param name="Flags">The single bits.</param>
/// <param name="Opcode">The kind of query.</param>
/// <param name="ResponseCode">The low 4 bits of the code; higher ones are not written here.</param>
public readonly record struct DnsHeader(ushort Id, DnsFlags Flags = DnsFlags.None, DnsOpcode Opcode = DnsOpcode.Query, DnsResponseCode ResponseCode = DnsResponseCode.NoError)
    : IWireValue<DnsHeader>
{
    /// <summary>Octets.</summary>
    public const int Length = 12;

    /// <summary>All bits of <see cref="DnsFlags"/>; Z is not among them: it is sent as 0 and ignored.</summary>
    private const int FlagBits = 0x87b0;

    /// <summary>QDCOUNT: questions.</summary>
    public ushort QuestionCount { get; init; }

    /// <summary>ANCOUNT: records of the answer section.</summary>
    public ushort AnswerCount { get; init; }

    /// <summary>NSCOUNT: records of the authority section.</summary>
    public ushort AuthorityCount { get; init; }

    /// <summary>ARCOUNT: records of the additional section.</summary>
    public ushort AdditionalCount { get; init; }

    /// <summary>Whether it is a response.</summary>
    public bool IsResponse => (Flags & DnsFlags.Response) != 0;

    /// <inheritdoc/>
    public int EncodedLength => Length;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out DnsHeader value, out int consumed)
    {
        (value, consumed) = (default, 0);
        if (source.Length < Length) return DecodeStatus.Truncated;
        int word = BinaryPrimitives.ReadUInt16BigEndian(source[2..]);
        value = new DnsHeader(BinaryPrimitives.ReadUInt16BigEndian(source), (DnsFlags)(word & FlagBits), (DnsOpcode)((word >> 11) & 0xf), (DnsResponseCode)(word & 0xf))
        {
            QuestionCount = BinaryPrimitives.ReadUInt16BigEndian(source[4..]),
            AnswerCount = BinaryPrimitives.ReadUInt16BigEndian(source[6..]),
            AuthorityCount = BinaryPrimitives.ReadUInt16BigEndian(source[8..]),
            AdditionalCount = BinaryPrimitives.ReadUInt16BigEndian(source[10..]),
        };
        consumed = Length;
        return DecodeStatus.Ok;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        WireRoom.Require(destination, Length, "dns header");
        BinaryPrimitives.WriteUInt16BigEndian(destination, Id);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)(((int)Flags & FlagBits) | (((int)Opcode & 0xf) << 11) | ((int)ResponseCode & 0xf)));
        BinaryPrimitives.WriteUInt16BigEndian(destination[4..], QuestionCount);
        BinaryPrimitives.WriteUInt16BigEndian(destination[6..], AnswerCount);
        BinaryPrimitives.WriteUInt16BigEndian(destination[8..], AuthorityCount);
        BinaryPrimitives.WriteUInt16BigEndian(destination[10..], AdditionalCount);
        return Length;
    }
}
