using System.Globalization;

namespace Adit.Gateway.Admission;

/// <summary>
/// How many connections may be unauthenticated at once (sshd_config's MaxStartups). From <paramref name="Start"/> on, a new one is refused with
/// <paramref name="Rate"/> percent probability, growing linearly to 100 at <paramref name="Full"/>. Each takes some tens of KiB.
/// </summary>
/// <param name="Start">Connections before any is refused; default 10.</param>
/// <param name="Rate">Percent, 1 to 100; default 30.</param>
/// <param name="Full">Connections at which all are refused; not less than <paramref name="Start"/>; default 100.</param>
public sealed record StartupLimits(int Start = 10, int Rate = 30, int Full = 100)
{
    /// <summary>The most that may be asked for: ours, so that half-open connections stay within some hundred MiB.</summary>
    public const int MaxFull = 10_000;

    /// <summary>Reads <c>START:RATE:FULL</c>, or one number that is both START and FULL.</summary>
    public static bool TryParse(string text, out StartupLimits? limits)
    {
        ArgumentNullException.ThrowIfNull(text);
        limits = null;
        string[] parts = text.Split(':');
        if (parts.Length is not (1 or 3)) return false;
        Span<int> numbers = stackalloc int[3];
        for (int i = 0; i < parts.Length; i++)
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]) || numbers[i] < 1) return false;
        if (parts.Length == 1) (numbers[1], numbers[2]) = (100, numbers[0]);
        if (numbers[1] > 100 || numbers[2] < numbers[0] || numbers[2] > MaxFull) return false;
        limits = new StartupLimits(numbers[0], numbers[1], numbers[2]);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Start}:{Rate}:{Full}";
}
