using System.Globalization;

namespace Adit.Core.Policy;

/// <summary>Ports from the first to the last, both included.</summary>
/// <param name="First">0 to 65535.</param>
/// <param name="Last">Not less than <paramref name="First"/>, at most 65535.</param>
public readonly record struct PortRange(int First, int Last)
{
    /// <summary>Every port.</summary>
    public static PortRange Any { get; } = new(0, 65535);

    /// <summary>How many ports.</summary>
    public int Count => Last - First + 1;

    /// <summary>Whether the port is one of them.</summary>
    public bool Contains(int port) => port >= First && port <= Last;

    /// <summary>Reads <c>*</c>, <c>22</c> or <c>8000-8010</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out PortRange range)
    {
        range = Any;
        if (text is "*") return true;
        int dash = text.IndexOf('-');
        if (!TryPort(dash < 0 ? text : text[..dash], out int first) || !TryPort(dash < 0 ? text : text[(dash + 1)..], out int last) || last < first) return false;
        range = new PortRange(first, last);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => this == Any ? "*" : First == Last ? $"{First}" : $"{First}-{Last}";

    private static bool TryPort(ReadOnlySpan<char> text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= 65535;
}
