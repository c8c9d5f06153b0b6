using System.Text;

namespace Adit.Wire.Sms;

/// <summary>An address field (GSM 03.40 §9.1.2.5): <c>length in semi-octets 1 | type of address 1 | semi-octets ≤ 10</c>.</summary>
/// <param name="TypeOfAddress">Bit 7 is 1, bits 6–4 type of number (1 international, 5 alphanumeric), bits 3–0 numbering plan (1 E.164).</param>
/// <param name="Text">Digits, also <c>*#abc</c>, or a name.</param>
public readonly record struct SmsNumber(byte TypeOfAddress, string? Text) : IWireValue<SmsNumber>
{
    /// <summary>International, E.164.</summary>
    public const byte International = 0x91;

    /// <summary>Unknown, E.164.</summary>
    public const byte Unknown = 0x81;

    /// <summary>Alphanumeric.</summary>
    public const byte Alphanumeric = 0xd0;

    /// <summary>Semi-octets at most (§9.1.2.5: 12 octets in all).</summary>
    public const int MostDigits = 20;

    private const string Digits = "0123456789*#abc";

    private bool IsName => (TypeOfAddress & 0x70) == 0x50;

    private int SemiOctets => IsName ? (((Text?.Length ?? 0) * 7) + 3) / 4 : Text?.Length ?? 0;

    /// <inheritdoc/>
    public int EncodedLength => 2 + ((SemiOctets + 1) / 2);

    /// <summary>From what people write: <c>+4912345</c>, or digits.</summary>
    public static bool TryParse(string? text, out SmsNumber number)
    {
        number = default;
        if (string.IsNullOrEmpty(text)) return false;
        string digits = text[0] == '+' ? text[1..] : text;
        if (digits.Length is 0 or > MostDigits || digits.AsSpan().ContainsAnyExceptInRange('0', '9')) return false;
        number = new SmsNumber(text[0] == '+' ? International : Unknown, digits);
        return true;
    }

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out SmsNumber value, out int consumed)
    {
        (value, consumed) = (default, 0);
        if (source.Length < 2) return DecodeStatus.Truncated;
        int semiOctets = source[0], octets = (semiOctets + 1) / 2;
        if (semiOctets > MostDigits) return DecodeStatus.BadLength; // §9.1.2.5
        if ((source[1] & 0x80) == 0) return DecodeStatus.BadValue; // §9.1.2.5: bit 7 is 1
        if (source.Length < 2 + octets) return DecodeStatus.Truncated;
        ReadOnlySpan<byte> field = source.Slice(2, octets);
        var text = new StringBuilder(MostDigits);
        if ((source[1] & 0x70) == 0x50)
        {
            Span<byte> septets = stackalloc byte[semiOctets * 4 / 7];
            foreach (byte septet in septets[..Gsm7.Unpack(field, septets)]) text.Append(Gsm7.CharacterOf(septet));
            value = new SmsNumber(source[1], text.ToString());
            // A length that leaves bits over has a second spelling; it is taken for what it says, and written the one way.
        }
        else
        {
            for (int i = 0; i < semiOctets; i++)
            {
                int digit = (field[i / 2] >> (4 * (i & 1))) & 15;
                if (digit >= Digits.Length) return DecodeStatus.BadValue; // §9.1.2.3: 1111 fills
                text.Append(Digits[digit]);
            }

            value = new SmsNumber(source[1], text.ToString());
        }

        consumed = 2 + octets;
        return DecodeStatus.Ok;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        int length = EncodedLength;
        WireRoom.Require(destination, length, "sms: number");
        string text = Text ?? "";
        destination[0] = (byte)SemiOctets;
        destination[1] = TypeOfAddress;
        Span<byte> field = destination[2..length];
        if (IsName)
        {
            Span<byte> septets = stackalloc byte[text.Length];
            for (int i = 0; i < text.Length; i++) septets[i] = (byte)Math.Max(0, Gsm7.SeptetOf(text[i]));
            Span<byte> packed = stackalloc byte[Gsm7.PackedLength(text.Length)];
            Gsm7.Pack(septets, packed);
            packed.CopyTo(field);
            return length;
        }

        field.Clear();
        for (int i = 0; i < text.Length; i++) field[i / 2] |= (byte)(Math.Max(0, Digits.IndexOf(text[i], StringComparison.Ordinal)) << (4 * (i & 1)));
        if ((text.Length & 1) != 0) field[^1] |= 0xf0;
        return length;
    }

    /// <inheritdoc/>
    public override string ToString() => ((TypeOfAddress & 0x70) == 0x10 ? "+" : "") + Text;
}
