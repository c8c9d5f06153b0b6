using System.Globalization;

namespace Adit.Ssh.Config;

/// <summary>Times and amounts as the configuration files write them.</summary>
internal static class SshConfigUnits
{
    /// <summary>Reads a time of sshd_config(5), TIME FORMATS: numbers, each with s, m, h, d, w or nothing (seconds), added up.</summary>
    public static bool TryParseTime(ReadOnlySpan<char> text, out TimeSpan time)
    {
        long seconds = 0;
        time = default;
        if (text.IsEmpty)
        {
            return false;
        }

        while (!text.IsEmpty)
        {
            int digits = text.IndexOfAnyExceptInRange('0', '9');
            digits = digits < 0 ? text.Length : digits;
            if (!int.TryParse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                return false;
            }

            long unit = digits == text.Length ? 1 : char.ToLowerInvariant(text[digits]) switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, 'w' => 604800, _ => 0 };
            seconds += number * unit;
            if (unit == 0 || seconds > int.MaxValue)
            {
                return false;
            }

            text = text[Math.Min(digits + 1, text.Length)..];
        }

        time = TimeSpan.FromSeconds(seconds);
        return true;
    }

    /// <summary>Reads an amount of octets: a number, then perhaps K, M or G (powers of 1024).</summary>
    public static bool TryParseOctets(ReadOnlySpan<char> text, out long octets)
    {
        int shift = text.IsEmpty ? 0 : char.ToUpperInvariant(text[^1]) switch { 'K' => 10, 'M' => 20, 'G' => 30, _ => 0 };
        bool read = long.TryParse(shift == 0 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out octets) && octets <= long.MaxValue >> shift;
        octets <<= shift;
        return read;
    }
}
