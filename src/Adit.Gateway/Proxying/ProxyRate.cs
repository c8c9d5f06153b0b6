using System.Globalization;

namespace Adit.Gateway.Proxying;

/// <summary>Octets a second as people write them: <c>0</c> (no limit), <c>65536</c>, <c>500k</c>, <c>2m</c>, <c>1g</c>, in powers of 1024.</summary>
public static class ProxyRate
{
    private const string Units = "kmg";

    /// <summary>Reads one.</summary>
    public static bool TryParse(string text, out long rate)
    {
        ArgumentNullException.ThrowIfNull(text);
        rate = 0;
        int unit = text.Length > 1 ? Units.IndexOf(char.ToLowerInvariant(text[^1]), StringComparison.Ordinal) : -1;
        if (!int.TryParse(unit < 0 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out int count)) return false;
        rate = (long)count << (10 * (unit + 1));
        return true;
    }

    /// <summary>Writes one as <see cref="TryParse"/> reads it.</summary>
    public static string Write(long rate)
    {
        int unit = -1;
        while (unit < Units.Length - 1 && rate > 0 && rate % 1024 == 0)
        {
            rate /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{rate}{(unit < 0 ? "" : Units[unit])}");
    }
}
