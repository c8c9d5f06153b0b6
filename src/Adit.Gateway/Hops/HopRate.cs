using System.Globalization;
using Adit.Core;

namespace Adit.Gateway.Hops;

/// <summary>Octets a second in a hop's <c>rate=</c>: a number, with <c>k</c> or <c>M</c> perhaps (powers of 1000); 0 for no limit.</summary>
internal static class HopRate
{
    /// <summary>Reads one.</summary>
    /// <param name="name">The hop, for the error.</param>
    /// <param name="text">What stands in the query.</param>
    /// <exception cref="TunnelException">It is none.</exception>
    public static long Parse(string name, string text)
    {
        long unit = text.EndsWith('k') ? 1000 : text.EndsWith('M') ? 1_000_000 : 1;
        return long.TryParse(unit == 1 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out long rate) && (rate == 0 || rate is <= 10_000_000_000 && rate * unit is >= 1000 and <= 10_000_000_000)
            ? rate * unit
            : throw new TunnelException(TunnelError.BadConfiguration, $"{name}: rate: expected 1k to 10000M octets a second, or 0, got \"{(text.Length <= 64 ? text : text[..64] + "…")}\"", name);
    }
}
