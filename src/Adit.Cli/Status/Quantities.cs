using System.Globalization;

namespace Adit.Cli.Status;

/// <summary>Numbers as a person reads them.</summary>
internal static class Quantities
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

    /// <summary>Octets in units of 10^3, at most three digits and one behind the point.</summary>
    public static string Octets(double octets)
    {
        int unit = 0;
        // What would be rounded to 1000 of a unit is one of the next.
        while (octets >= 999.5 && unit < Units.Length - 1) (octets, unit) = (octets / 1000, unit + 1);
        return string.Create(CultureInfo.InvariantCulture, $"{(unit == 0 || octets >= 99.95 ? octets.ToString("0", CultureInfo.InvariantCulture) : octets.ToString("0.0", CultureInfo.InvariantCulture))} {Units[unit]}");
    }

    /// <summary>A time in its two largest units.</summary>
    public static string Age(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1 } => "0s",
        { TotalMinutes: < 1 } => $"{time.Seconds}s",
        { TotalHours: < 1 } => $"{time.Minutes}m{time.Seconds:00}s",
        { TotalDays: < 1 } => $"{time.Hours}h{time.Minutes:00}m",
        _ => $"{(int)time.TotalDays}d{time.Hours:00}h",
    };
}
