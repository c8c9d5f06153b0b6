namespace Adit.Wire.Sms;

/// <summary>What user data is made of (GSM 03.38 §4).</summary>
public enum SmsAlphabet
{
    /// <summary>GSM 7 bit default alphabet, packed.</summary>
    Gsm7 = 0,

    /// <summary>Octets.</summary>
    Octets = 1,

    /// <summary>UCS-2.</summary>
    Ucs2 = 2,
}
