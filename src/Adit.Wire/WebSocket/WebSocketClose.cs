using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Adit.Wire.WebSocket;

/// <summary>The payload of a close frame (RFC 6455 §5.5.1): nothing, or a code and perhaps a reason for a person.</summary>
/// <param name="Code">Why (RFC 6455 §7.4); <see cref="None"/> stands for an empty payload.</param>
/// <param name="Reason">UTF-8, at most 123 octets.</param>
public readonly record struct WebSocketClose(ushort Code, string Reason = "")
{
    /// <summary>The purpose was fulfilled.</summary>
    public const ushort Normal = 1000;

    /// <summary>The peer goes away: it stops, say.</summary>
    public const ushort GoingAway = 1001;

    /// <summary>The peer found the protocol broken.</summary>
    public const ushort ProtocolError = 1002;

    /// <summary>No code was given; never on the wire.</summary>
    public const ushort None = 1005;

    /// <summary>The peer met something that it did not expect.</summary>
    public const ushort InternalError = 1011;

    private const int MaximumReason = WebSocketFrameHeader.MaximumControlPayload - 2;

    /// <summary>Decodes the payload of a close frame, unmasked and whole.</summary>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> payload, out WebSocketClose value)
    {
        value = new WebSocketClose(None);
        if (payload.IsEmpty) return DecodeStatus.Ok;
        if (payload.Length == 1 || payload.Length > WebSocketFrameHeader.MaximumControlPayload) return DecodeStatus.BadLength; // §5.5.1
        ushort code = BinaryPrimitives.ReadUInt16BigEndian(payload);
        if (code is < 1000 or >= 5000 or 1004 or None or 1006 or 1015) return DecodeStatus.BadValue; // §7.4.2, §7.4.1: never on the wire
        if (!Utf8.IsValid(payload[2..])) return DecodeStatus.BadValue; // §5.5.1
        value = new WebSocketClose(code, Encoding.UTF8.GetString(payload[2..]));
        return DecodeStatus.Ok;
    }

    /// <summary>Encodes the payload.</summary>
    /// <param name="destination">At least 125 octets.</param>
    /// <returns>Octets written; a reason that is too long is cut.</returns>
    public int Encode(Span<byte> destination)
    {
        if (Code == None) return 0;
        BinaryPrimitives.WriteUInt16BigEndian(destination, Code);
        Utf8.FromUtf16(Reason ?? "", destination.Slice(2, MaximumReason), out _, out int written);
        return 2 + written;
    }
}
