using System.Globalization;

namespace Adit.Wire.Sms;

/// <summary>TP-Service-Centre-Time-Stamp (GSM 03.40 §9.2.3.11): seven octets of swapped decimal digits: year, month, day, hour, minute, second, zone in quarters of an hour (bit 3 of the first: minus).</summary>
public static class SmsTimestamp
{
    /// <summary>Octets of it.</summary>
    public const int Length = 7;

    /// <summary>Reads one.</summary>
    /// <param name="source">Seven octets.</param>
    /// <param name="time">The time.</param>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out DateTimeOffset time)
    {
        time = default;
        if (source.Length < Length) return DecodeStatus.Truncated;
        Span<int> fields = stackalloc int[Length];
        for (int i = 0; i < Length; i++)
        {
            int tens = source[i] & (i == 6 ? 7 : 15), units = source[i] >> 4;
            if (tens > 9 || units > 9) return DecodeStatus.BadValue;
            fields[i] = (10 * tens) + units;
        }

        int year = fields[0] >= 90 ? 1900 + fields[0] : 2000 + fields[0];
        if (fields[1] is < 1 or > 12 || fields[2] < 1 || fields[2] > CultureInfo.InvariantCulture.Calendar.GetDaysInMonth(year, fields[1]) || fields[3] > 23 || fields[4] > 59 || fields[5] > 59 || fields[6] > 56) return DecodeStatus.BadValue;
        time = new(year, fields[1], fields[2], fields[3], fields[4], fields[5], TimeSpan.FromMinutes((source[6] & 8) != 0 ? -15 * fields[6] : 15 * fields[6]));
        return DecodeStatus.Ok;
    }

    /// <summary>Writes one.</summary>
    /// <returns>Octets written.</returns>
    /// <exception cref="ArgumentException">There is too little room.</exception>
    public static int Encode(DateTimeOffset time, Span<byte> destination)
    {
        WireRoom.Require(destination, Length, "sms: timestamp");
        int zone = (int)(time.Offset.TotalMinutes / 15);
        ReadOnlySpan<int> fields = [time.Year % 100, time.Month, time.Day, time.Hour, time.Minute, time.Second, Math.Abs(zone)];
        for (int i = 0; i < Length; i++) destination[i] = (byte)(((fields[i] % 10) << 4) | (fields[i] / 10));
        if (zone < 0) destination[6] |= 8;
        return Length;
    }
}
