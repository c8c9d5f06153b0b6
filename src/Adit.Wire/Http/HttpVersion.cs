namespace Adit.Wire.Http;

/// <summary>HTTP-version of RFC 9112 §2.3: <c>HTTP/</c>, a digit, a dot, a digit; case-sensitive.</summary>
internal static class HttpVersion
{
    public static DecodeStatus Read(ReadOnlySpan<byte> text, out int minor)
    {
        minor = 1;
        if (text.Length != 8 || !text.StartsWith("HTTP/"u8) || !char.IsAsciiDigit((char)text[5]) || text[6] != '.' || !char.IsAsciiDigit((char)text[7])) return DecodeStatus.BadValue;
        if (text[5] != '1') return DecodeStatus.Unsupported;
        minor = Math.Min(text[7] - '0', 1); // RFC 9110 §2.5: a higher minor version is read as the highest one known
        return DecodeStatus.Ok;
    }
}
