namespace Adit.Wire.Sms;

/// <summary>
/// Octets as text, for networks that mangle octets: six bits a character, of 64 that ASCII and the GSM default alphabet have at the same place: <c>A–Z a–z 0–9 + -</c>.
/// 160 characters hold 120 octets.
/// </summary>
public static class SmsText
{
    /// <summary>Characters of one message.</summary>
    public const int MostCharacters = 160;

    /// <summary>Octets that fit one message.</summary>
    public const int MostOctets = MostCharacters * 6 / 8;

    private static ReadOnlySpan<byte> Alphabet => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-"u8;

    /// <summary>Characters of so many octets.</summary>
    public static int LengthOf(int octets) => ((octets * 8) + 5) / 6;

    /// <summary>Writes octets as text.</summary>
    /// <returns>Characters written.</returns>
    /// <exception cref="ArgumentException">There is too little room.</exception>
    public static int Encode(ReadOnlySpan<byte> octets, Span<byte> text)
    {
        int length = LengthOf(octets.Length);
        WireRoom.Require(text, length, "sms: text");
        for (int i = 0; i < length; i++)
        {
            int bit = i * 6, at = bit >> 3;
            int pair = (octets[at] << 8) | (at + 1 < octets.Length ? octets[at + 1] : 0);
            text[i] = Alphabet[(pair >> (10 - (bit & 7))) & 63];
        }

        return length;
    }

    /// <summary>Reads octets from text. White space at the end, which some networks add, is nothing.</summary>
    /// <param name="text">The text.</param>
    /// <param name="octets">Room for three quarters of it.</param>
    /// <param name="length">Octets written.</param>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> text, Span<byte> octets, out int length)
    {
        text = text.TrimEnd(" \r\n\0"u8);
        length = text.Length * 6 / 8;
        if (text.Length > MostCharacters || LengthOf(length) != text.Length || octets.Length < length) return DecodeStatus.BadLength;
        octets[..length].Clear();
        int left = 0, bits = 0, at = 0;
        foreach (byte character in text)
        {
            int value = Alphabet.IndexOf(character);
            if (value < 0) return DecodeStatus.BadValue;
            left = (left << 6) | value;
            bits += 6;
            if (bits < 8) continue;
            bits -= 8;
            octets[at++] = (byte)(left >> bits);
            left &= (1 << bits) - 1;
        }

        return left == 0 ? DecodeStatus.Ok : DecodeStatus.BadValue;
    }
}
