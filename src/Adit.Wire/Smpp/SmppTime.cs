using System.Globalization;

namespace Adit.Wire.Smpp;

/// <summary>Times (SMPP 3.4 §7.1.1): <c>YYMMDDhhmmsstnnp</c>, relative ones with <c>R</c> at the end.</summary>
public static class SmppTime
{
    /// <summary>A relative time: so long from when the centre has it. Months and years are of no fixed length, so it is below 100 days.</summary>
    /// <param name="period">From a second to 99 days.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static string Relative(TimeSpan period)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(period, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(period, TimeSpan.FromDays(99));
        return string.Create(CultureInfo.InvariantCulture, $"0000{period.Days:00}{period.Hours:00}{period.Minutes:00}{period.Seconds:00}000R");
    }

    /// <summary>Reads a relative time.</summary>
    /// <param name="text">validity_period.</param>
    /// <param name="period">How long.</param>
    public static bool TryReadRelative(string? text, out TimeSpan period)
    {
        period = default;
        if (text is not { Length: 16 } || text[15] != 'R' || text.AsSpan(0, 15).ContainsAnyExceptInRange('0', '9')) return false;
        int At(int start) => ((text[start] - '0') * 10) + text[start + 1] - '0';
        period = new TimeSpan(At(4) + (30 * At(2)) + (365 * At(0)), At(6), At(8), At(10));
        return true;
    }
}
