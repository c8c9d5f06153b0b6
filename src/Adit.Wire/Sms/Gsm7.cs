namespace Adit.Wire.Sms;

/// <summary>The GSM 7 bit default alphabet (GSM 03.38 §6.2.1) and its packing (§6.1.2.1.1): eight characters in seven octets, the first in the lowest bits.</summary>
public static class Gsm7
{
    private const string Table =
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

    /// <summary>Octets that so many septets take.</summary>
    public static int PackedLength(int septets) => ((septets * 7) + 7) / 8;

    /// <summary>The character of a septet.</summary>
    public static char CharacterOf(byte septet) => Table[septet & 0x7f];

    /// <summary>The septet of a character; -1 if the alphabet has none.</summary>
    public static int SeptetOf(char character) => Table.IndexOf(character, StringComparison.Ordinal);

    /// <summary>Packs septets.</summary>
    /// <param name="septets">One in each octet.</param>
    /// <param name="packed">At least <see cref="PackedLength"/> octets.</param>
    /// <returns>Octets written.</returns>
    /// <exception cref="ArgumentException">There is too little room.</exception>
    public static int Pack(ReadOnlySpan<byte> septets, Span<byte> packed)
    {
        int length = PackedLength(septets.Length);
        WireRoom.Require(packed, length, "gsm7");
        packed[..length].Clear();
        for (int i = 0, bit = 0; i < septets.Length; i++, bit += 7)
        {
            int value = (septets[i] & 0x7f) << (bit & 7);
            packed[bit >> 3] |= (byte)value;
            if (value > 0xff) packed[(bit >> 3) + 1] |= (byte)(value >> 8);
        }

        return length;
    }

    /// <summary>Unpacks septets.</summary>
    /// <param name="packed">Packed septets.</param>
    /// <param name="septets">As many as are wanted: one in each octet; no more than there are (8 for each 7 octets).</param>
    /// <returns>Septets written.</returns>
    public static int Unpack(ReadOnlySpan<byte> packed, Span<byte> septets)
    {
        int count = Math.Min(septets.Length, packed.Length * 8 / 7);
        for (int i = 0, bit = 0; i < count; i++, bit += 7)
        {
            int value = packed[bit >> 3] >> (bit & 7);
            if ((bit & 7) > 1 && (bit >> 3) + 1 < packed.Length) value |= packed[(bit >> 3) + 1] << (8 - (bit & 7));
            septets[i] = (byte)(value & 0x7f);
        }

        return count;
    }
}
