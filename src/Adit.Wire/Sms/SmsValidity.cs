namespace Adit.Wire.Sms;

/// <summary>TP-Validity-Period, relative (GSM 03.40 §9.2.3.12.1): one octet.</summary>
public static class SmsValidity
{
    /// <summary>The shortest that is not shorter.</summary>
    /// <param name="period">Five minutes to 63 weeks; what is beyond is taken for the nearest.</param>
    public static byte Encode(TimeSpan period)
    {
        for (int value = 0; value < 256; value++)
        {
            if (Decode((byte)value) >= period) return (byte)value;
        }

        return 255;
    }

    /// <summary>How long an octet says.</summary>
    public static TimeSpan Decode(byte value) => value switch
    {
        <= 143 => TimeSpan.FromMinutes(5 * (value + 1)),
        <= 167 => TimeSpan.FromHours(12) + TimeSpan.FromMinutes(30 * (value - 143)),
        <= 196 => TimeSpan.FromDays(value - 166),
        _ => TimeSpan.FromDays(7 * (value - 192)),
    };
}
