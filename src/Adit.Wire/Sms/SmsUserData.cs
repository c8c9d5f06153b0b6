namespace Adit.Wire.Sms;

/// <summary>TP-User-Data-Length and TP-User-Data (GSM 03.40 §9.2.3.16, §9.2.3.24): the length counts septets where the alphabet has seven bits, else octets.</summary>
internal static class SmsUserData
{
    /// <summary>TP-User-Data's size.</summary>
    public const int Most = 140;

    private const int MostSeptets = 160;

    public static int OctetsOf(SmsAlphabet alphabet, int length) => alphabet == SmsAlphabet.Gsm7 ? Gsm7.PackedLength(length) : length;

    /// <summary>Reads length and data, up to the end of the TPDU.</summary>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, byte coding, out int length, out ReadOnlySpan<byte> data)
    {
        length = 0;
        data = default;
        if (source.IsEmpty) return DecodeStatus.Truncated;
        if (SmsCoding.AlphabetOf(coding) is not { } alphabet) return DecodeStatus.Unsupported;
        length = source[0];
        if (length > (alphabet == SmsAlphabet.Gsm7 ? MostSeptets : Most)) return DecodeStatus.BadLength;
        int octets = OctetsOf(alphabet, length);
        if (source.Length < 1 + octets) return DecodeStatus.Truncated;
        data = source.Slice(1, octets);
        return DecodeStatus.Ok;
    }
}
