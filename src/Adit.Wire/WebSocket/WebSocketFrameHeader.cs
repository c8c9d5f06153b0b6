using System.Buffers.Binary;

namespace Adit.Wire.WebSocket;

/// <summary>What stands before the payload of a WebSocket frame (RFC 6455 §5.2), without extensions.</summary>
/// <remarks>
/// Theory of operation: a connection that HTTP opened carries frames; a data message is one frame or several (fragments), and control frames of at most
/// 125 octets may stand between fragments. Whoever opened the connection masks every payload with a key of four octets, fresh for each frame, so that no
/// script can make it look like something else to an intermediary; whoever accepted it never masks. This type is the header alone:
/// <see cref="WebSocketMask"/> does the masking, <see cref="WebSocketClose"/> is the payload of a close frame, <see cref="WebSocketHandshake"/> the arithmetic
/// of the opening.
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-------+-+-------------+-------------------------------+
/// |F|R|R|R| opcode|M| Payload len |    Extended payload length    |
/// |I|S|S|S|  (4)  |A|     (7)     |             (16/64)           |
/// |N|V|V|V|       |S|             |   (if payload len==126/127)   |
/// | |1|2|3|       |K|             |                               |
/// +-+-+-+-+-------+-+-------------+ - - - - - - - - - - - - - - - +
/// |     Extended payload length continued, if payload len == 127  |
/// + - - - - - - - - - - - - - - - +-------------------------------+
/// |                               |Masking-key, if MASK set to 1  |
/// +-------------------------------+-------------------------------+
/// | Masking-key (continued)       |          Payload Data         |
/// +-------------------------------- - - - - - - - - - - - - - - - +
/// </code>
/// </remarks>
/// <param name="IsFinal">Whether the frame ends its message (FIN).</param>
/// <param name="Opcode">What it is.</param>
/// <param name="PayloadLength">Octets of payload; at most 125 in a control frame.</param>
/// <param name="MaskingKey">The key, its first octet in the highest bits; null where the payload is not masked.</param>
public readonly record struct WebSocketFrameHeader(bool IsFinal, WebSocketOpcode Opcode, long PayloadLength, uint? MaskingKey = null) : IWireValue<WebSocketFrameHeader>
{
    /// <summary>The longest header, in octets.</summary>
    public const int MaximumLength = 14;

    /// <summary>The most octets of payload in a control frame (RFC 6455 §5.5).</summary>
    public const int MaximumControlPayload = 125;

    private const byte Fin = 0x80;
    private const byte Reserved = 0x70;
    private const byte Mask = 0x80;
    private const int Length16 = 126;
    private const int Length64 = 127;

    /// <summary>Whether it is a control frame.</summary>
    public bool IsControl => (int)Opcode >= 8;

    /// <inheritdoc/>
    public int EncodedLength => LengthFor(PayloadLength, MaskingKey is not null);

    /// <summary>Octets of the header of a payload.</summary>
    /// <param name="payload">Its length.</param>
    /// <param name="isMasked">Whether it is masked.</param>
    public static int LengthFor(long payload, bool isMasked) => (payload < Length16 ? 2 : payload <= ushort.MaxValue ? 4 : 10) + (isMasked ? 4 : 0);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out WebSocketFrameHeader value, out int consumed)
    {
        value = default;
        consumed = 0;
        if (source.Length == 0) return DecodeStatus.Truncated;
        if ((source[0] & Reserved) != 0) return DecodeStatus.BadValue; // §5.2: 0 unless an extension was agreed on
        var opcode = (WebSocketOpcode)(source[0] & 0x0f);
        if ((int)opcode is (> 2 and < 8) or > 10) return DecodeStatus.Unsupported; // §5.2: unknown opcodes fail the connection
        bool isFinal = (source[0] & Fin) != 0;
        bool isControl = (int)opcode >= 8;
        if (isControl && !isFinal) return DecodeStatus.BadValue; // §5.5: never fragmented
        if (source.Length < 2) return DecodeStatus.Truncated;
        bool isMasked = (source[1] & Mask) != 0;
        int inHeader = source[1] & ~Mask;
        if (isControl && inHeader > MaximumControlPayload) return DecodeStatus.BadLength; // §5.5
        int at = inHeader switch { Length16 => 4, Length64 => 10, _ => 2 };
        if (source.Length < at) return DecodeStatus.Truncated;
        long length = inHeader;
        if (inHeader == Length16)
        {
            length = BinaryPrimitives.ReadUInt16BigEndian(source[2..]);
            if (length < Length16) return DecodeStatus.BadLength; // §5.2: the least number of octets
        }
        else if (inHeader == Length64)
        {
            ulong wide = BinaryPrimitives.ReadUInt64BigEndian(source[2..]);
            if (wide is <= ushort.MaxValue or > long.MaxValue) return DecodeStatus.BadLength; // §5.2: the highest bit is 0
            length = (long)wide;
        }

        uint? key = null;
        if (isMasked)
        {
            if (source.Length < at + 4) return DecodeStatus.Truncated;
            key = BinaryPrimitives.ReadUInt32BigEndian(source[at..]);
            at += 4;
        }

        value = new WebSocketFrameHeader(isFinal, opcode, length, key);
        consumed = at;
        return DecodeStatus.Ok;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        int length = EncodedLength;
        if (destination.Length < length) throw new ArgumentException($"websocket frame header: expected room for {length} octets, got {destination.Length}", nameof(destination));
        destination[0] = (byte)((IsFinal ? Fin : 0) | (int)Opcode);
        int mask = MaskingKey is null ? 0 : Mask;
        int at = 2;
        if (PayloadLength < Length16)
        {
            destination[1] = (byte)(mask | (int)PayloadLength);
        }
        else if (PayloadLength <= ushort.MaxValue)
        {
            destination[1] = (byte)(mask | Length16);
            BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)PayloadLength);
            at = 4;
        }
        else
        {
            destination[1] = (byte)(mask | Length64);
            BinaryPrimitives.WriteInt64BigEndian(destination[2..], PayloadLength);
            at = 10;
        }

        if (MaskingKey is { } key) BinaryPrimitives.WriteUInt32BigEndian(destination[at..], key);
        return length;
    }
}
