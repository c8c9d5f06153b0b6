using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Adit.Bench.Soak;

/// <summary>How long each carrier runs, and which.</summary>
/// <param name="Time">How long.</param>
internal sealed record SoakOptions(TimeSpan Time)
{
    /// <summary>The one carrier to run; null for all.</summary>
    public string? Only { get; init; }

    /// <summary>Whether all run at once, in place of one after the other.</summary>
    public bool Together { get; init; }

    /// <summary>Octets a second each way at most; 0 for as many as there can be.</summary>
    public int Rate { get; init; }

    public static bool TryParse(string[] args, [NotNullWhen(true)] out SoakOptions? options)
    {
        options = new SoakOptions(TimeSpan.FromHours(1));
        for (int i = 0; i < args.Length; i++)
        {
            string? value = i + 1 < args.Length ? args[i + 1] : null;
            switch (args[i])
            {
                case "--together":
                    options = options with { Together = true };
                    continue;
                case "--minutes" when double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double minutes) && minutes is > 0 and < 1e5:
                    options = options with { Time = TimeSpan.FromMinutes(minutes) };
                    break;
                case "--rate" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int rate) && rate is > 0 and < 1_000_000:
                    options = options with { Rate = rate * 1000 };
                    break;
                case "--only" when value is not null && SoakBench.Carriers.Contains(value):
                    options = options with { Only = value };
                    break;
                default:
                    options = null;
                    return false;
            }

            i++;
        }

        return true;
    }
}
