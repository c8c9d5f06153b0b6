namespace Adit.Wire.Sms;

/// <summary>TP-Data-Coding-Scheme (GSM 03.38 §4).</summary>
public static class SmsCoding
{
    /// <summary>The default alphabet, no class.</summary>
    public const byte Gsm7 = 0x00;

    /// <summary>Octets, no class: general data coding, bits 3–2 01.</summary>
    public const byte Octets = 0x04;

    /// <summary>UCS-2, no class.</summary>
    public const byte Ucs2 = 0x08;

    /// <summary>What a scheme says of the alphabet; null for compressed text and what is reserved.</summary>
    public static SmsAlphabet? AlphabetOf(byte scheme) => (scheme >> 4) switch
    {
        <= 3 => (scheme & 0x20) != 0 ? null : ((scheme >> 2) & 3) switch { 0 => SmsAlphabet.Gsm7, 1 => SmsAlphabet.Octets, 2 => SmsAlphabet.Ucs2, _ => null },
        0xc or 0xd => SmsAlphabet.Gsm7, // message waiting: default alphabet
        0xe => SmsAlphabet.Ucs2,
        0xf => (scheme & 4) != 0 ? SmsAlphabet.Octets : SmsAlphabet.Gsm7,
        _ => null,
    };
}
