namespace Adit.Wire.Dns;

/// <summary>A view of a name inside a message, compressed or not (RFC 1035 §3.1 and §4.1.4).</summary>
/// <remarks>
/// Labels are any octets (RFC 2181 §11) and keep their case. A pointer must lead to before the place where the labels that it continues began; that
/// forbids every loop, and <see cref="MaximumPointers"/> bounds what a hostile chain costs.
/// </remarks>
public readonly ref struct DnsName
{
    /// <summary>Octets of a name at most, lengths and root included (RFC 1035 §2.3.4).</summary>
    public const int MaximumLength = 255;

    /// <summary>Octets of a label at most (RFC 1035 §2.3.4).</summary>
    public const int MaximumLabelLength = 63;

    /// <summary>Ours: pointers that one name may follow. Compression by any server needs one, at most a few.</summary>
    public const int MaximumPointers = 16;

    private readonly ReadOnlySpan<byte> _message;
    private readonly int _offset;

    private DnsName(ReadOnlySpan<byte> message, int offset, int length, bool isCompressed)
    {
        _message = message;
        _offset = offset;
        Length = length;
        IsCompressed = isCompressed;
    }

    /// <summary>Octets of the name without compression, 1 to 255.</summary>
    public int Length { get; }

    /// <summary>Whether it ends in a pointer.</summary>
    public bool IsCompressed { get; }

    /// <summary>The octets of a name that is not compressed: length and label again and again, and a 0.</summary>
    /// <exception cref="InvalidOperationException">It is compressed; <see cref="CopyTo"/> serves both.</exception>
    public ReadOnlySpan<byte> Octets => IsCompressed ? throw new InvalidOperationException("dns name: expected no compression") : _message.Slice(_offset, Length);

    /// <summary>Views a name.</summary>
    /// <param name="message">The message from its first octet.</param>
    /// <param name="offset">Where the name begins.</param>
    /// <param name="name">The view, when the status is <see cref="DecodeStatus.Ok"/>.</param>
    /// <param name="end">Where what follows the name begins.</param>
    /// <returns>BadLength: longer than 255 octets; BadValue: a pointer that leads nowhere or not back; Unsupported: another kind of label.</returns>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> message, int offset, out DnsName name, out int end)
    {
        name = default;
        end = 0;
        int at = offset, runStart = offset, length = 0, pointers = 0;
        while (true)
        {
            if ((uint)at >= (uint)message.Length) return pointers == 0 ? DecodeStatus.Truncated : DecodeStatus.BadValue;
            int octet = message[at];
            if (octet == 0)
            {
                length++;
                if (length > MaximumLength) return DecodeStatus.BadLength;
                if (pointers == 0) end = at + 1;
                name = new DnsName(message, offset, length, pointers > 0);
                return DecodeStatus.Ok;
            }

            if (octet <= MaximumLabelLength)
            {
                length += 1 + octet;
                if (length >= MaximumLength) return DecodeStatus.BadLength; // the root needs one more
                at += 1 + octet;
                continue;
            }

            if (octet < 0xc0) return DecodeStatus.Unsupported; // RFC 6891 §5: 0x40 is obsolete, 0x80 was never given out
            if (at + 1 >= message.Length) return pointers == 0 ? DecodeStatus.Truncated : DecodeStatus.BadValue;
            int target = ((octet & 0x3f) << 8) | message[at + 1];
            if (pointers == 0) end = at + 2;
            if (target >= runStart || target < DnsHeader.Length || ++pointers > MaximumPointers)
            {
                end = 0;
                return DecodeStatus.BadValue; // RFC 1035 §4.1.4: a prior occurrence
            }

            at = runStart = target;
        }
    }

    /// <summary>Writes the name without compression.</summary>
    /// <param name="destination">At least <see cref="Length"/> octets.</param>
    /// <returns>The octets written.</returns>
    public int CopyTo(Span<byte> destination)
    {
        if (!IsCompressed)
        {
            _message.Slice(_offset, Length).CopyTo(destination);
            return Length;
        }

        int at = _offset, written = 0;
        while (written < Length)
        {
            int octet = _message[at];
            if (octet >= 0xc0)
            {
                at = ((octet & 0x3f) << 8) | _message[at + 1];
                continue;
            }

            _message.Slice(at, 1 + octet).CopyTo(destination[written..]);
            written += 1 + octet;
            at += 1 + octet;
        }

        return written;
    }
}
