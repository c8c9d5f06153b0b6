using System.Buffers.Binary;

namespace Adit.Wire.Lifeline;

/// <summary>Integers of 1, 2, 4 or 8 octets, whose two highest bits tell the length (RFC 9000 §16). Longer forms than needed are accepted.</summary>
public static class LifelineVarint
{
    /// <summary>The largest value: 2⁶² - 1.</summary>
    public const ulong Maximum = (1UL << 62) - 1;

    /// <summary>Octets that a value takes.</summary>
    public static int LengthOf(ulong value) => value switch { < 64 => 1, < 16_384 => 2, < 1 << 30 => 4, _ => 8 };

    /// <summary>Reads a value.</summary>
    /// <param name="source">Begins with it.</param>
    /// <param name="value">The value.</param>
    /// <param name="consumed">Octets that it took.</param>
    /// <returns>Ok or Truncated.</returns>
    public static DecodeStatus TryRead(ReadOnlySpan<byte> source, out ulong value, out int consumed)
    {
        value = 0;
        consumed = 0;
        if (source.IsEmpty) return DecodeStatus.Truncated;
        int length = 1 << (source[0] >> 6);
        if (source.Length < length) return DecodeStatus.Truncated;
        value = length switch
        {
            1 => (uint)source[0] & 0x3f,
            2 => (uint)BinaryPrimitives.ReadUInt16BigEndian(source) & 0x3fff,
            4 => BinaryPrimitives.ReadUInt32BigEndian(source) & 0x3fff_ffff,
            _ => BinaryPrimitives.ReadUInt64BigEndian(source) & Maximum,
        };
        consumed = length;
        return DecodeStatus.Ok;
    }

    /// <summary>Writes a value in the fewest octets.</summary>
    /// <param name="destination">Room for <see cref="LengthOf"/> octets.</param>
    /// <param name="value">At most <see cref="Maximum"/>.</param>
    /// <returns>Octets written.</returns>
    public static int Write(Span<byte> destination, ulong value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Maximum);
        int length = LengthOf(value);
        switch (length)
        {
            case 1: destination[0] = (byte)value; break;
            case 2: BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)(value | 0x4000)); break;
            case 4: BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)value | 0x8000_0000); break;
            default: BinaryPrimitives.WriteUInt64BigEndian(destination, value | 0xc000_0000_0000_0000); break;
        }

        return length;
    }
}
