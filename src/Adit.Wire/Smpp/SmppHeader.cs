using System.Buffers.Binary;

namespace Adit.Wire.Smpp;

/// <summary>What each PDU begins with (SMPP 3.4 §3.2.1): <c>command_length 4 | command_id 4 | command_status 4 | sequence_number 4</c>.</summary>
/// <param name="Length">command_length: octets of the PDU, these 16 included.</param>
/// <param name="Command">command_id.</param>
/// <param name="Status">command_status; of requests 0.</param>
/// <param name="Sequence">sequence_number: a response repeats its request's.</param>
public readonly record struct SmppHeader(int Length, SmppCommand Command, SmppStatus Status, uint Sequence) : IWireValue<SmppHeader>
{
    /// <summary>Octets of it.</summary>
    public const int HeaderLength = 16;

    /// <summary>Ours: the longest PDU taken. A message_payload (§5.3.2.32) may have 64 KiB, but nobody who speaks to us needs more than a message; 8 KiB leave room for many TLVs.</summary>
    public const int MaximumPdu = 8 * 1024;

    /// <summary>The bit that makes a request's command_id its response's (§5.1.2).</summary>
    public const uint ResponseBit = 0x80000000;

    /// <summary>Whether it is a response.</summary>
    public bool IsResponse => ((uint)Command & ResponseBit) != 0;

    /// <inheritdoc/>
    public int EncodedLength => HeaderLength;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out SmppHeader value, out int consumed)
    {
        (value, consumed) = (default, 0);
        if (source.Length < 4) return DecodeStatus.Truncated;
        uint length = BinaryPrimitives.ReadUInt32BigEndian(source);
        // §3.2.1: the length counts the header too.
        if (length is < HeaderLength or > MaximumPdu) return DecodeStatus.BadLength;
        if (source.Length < HeaderLength) return DecodeStatus.Truncated;
        value = new SmppHeader(
            (int)length,
            (SmppCommand)BinaryPrimitives.ReadUInt32BigEndian(source[4..]),
            (SmppStatus)BinaryPrimitives.ReadUInt32BigEndian(source[8..]),
            BinaryPrimitives.ReadUInt32BigEndian(source[12..]));
        consumed = HeaderLength;
        return DecodeStatus.Ok;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        WireRoom.Require(destination, HeaderLength, "smpp: header");
        BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)Length);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], (uint)Command);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], (uint)Status);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], Sequence);
        return HeaderLength;
    }
}
