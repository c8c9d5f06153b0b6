using System.Buffers.Binary;
using System.Globalization;

namespace Adit.Wire.Ethernet;

/// <summary>An Ethernet address.</summary>
/// <param name="Value">Its six octets, the first in the highest of the 48 bits.</param>
public readonly record struct MacAddress(ulong Value)
{
    /// <summary>Octets of an address.</summary>
    public const int Length = 6;

    /// <summary>ff:ff:ff:ff:ff:ff.</summary>
    public static MacAddress Broadcast { get; } = new(0xffff_ffff_ffff);

    /// <summary>Whether it names a group: multicast or broadcast (the first octet's lowest bit).</summary>
    public bool IsGroup => ((Value >> 40) & 1) != 0;

    /// <summary>Whether it is 00:00:00:00:00:00.</summary>
    public bool IsZero => Value == 0;

    /// <summary>Reads six octets.</summary>
    /// <param name="source">At least six octets.</param>
    public static MacAddress Read(ReadOnlySpan<byte> source) =>
        new(((ulong)BinaryPrimitives.ReadUInt16BigEndian(source) << 32) | BinaryPrimitives.ReadUInt32BigEndian(source[2..]));

    /// <summary>Reads text.</summary>
    /// <param name="text">Six pairs of hexadecimal digits between colons, as in 02:00:00:00:00:01.</param>
    /// <param name="address">The address.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out MacAddress address)
    {
        address = default;
        if (text.Length != 17) return false;
        ulong value = 0;
        for (int at = 0; at < text.Length; at += 3)
        {
            if (at > 0 && text[at - 1] != ':') return false;
            if (!byte.TryParse(text.Slice(at, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte octet)) return false;
            value = (value << 8) | octet;
        }

        address = new MacAddress(value);
        return true;
    }

    /// <summary>Writes six octets.</summary>
    /// <param name="destination">At least six octets.</param>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)(Value >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(destination[2..], (uint)Value);
    }

    /// <summary>Six pairs of hexadecimal digits between colons.</summary>
    public override string ToString()
    {
        ulong value = Value;
        return string.Join(':', Enumerable.Range(0, Length).Select(i => ((value >> (40 - (8 * i))) & 0xff).ToString("x2", CultureInfo.InvariantCulture)));
    }
}
