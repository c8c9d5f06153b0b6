using System.Globalization;
using System.Text;
using Adit.Core.Hops;

namespace Adit.Gateway.Doctor;

/// <summary>One way to a server of SSH, to be tried. Immutable.</summary>
public sealed record Way
{
    /// <summary>The hops, nearest first; none for the direct way.</summary>
    public IReadOnlyList<HopUri> Hops { get; init; } = [];

    /// <summary>The hops as a person writes them, a text for each; may hold secrets where the person wrote them there.</summary>
    public IReadOnlyList<string> Texts { get; init; } = [];

    /// <summary>The port of the target.</summary>
    public required int Port { get; init; }

    /// <summary>Where it comes from, in a word or two: <c>given</c>, a file, a variable of the environment, <c>usual</c>.</summary>
    public string Origin { get; init; } = "given";

    /// <summary>Whether the last hop leads to a place of its own, whatever is dialled through it.</summary>
    public bool IsFixed => Hops.Count > 0 && (Hops[^1].Scheme.Kind == HopKind.Carrier || Hops[^1].Scheme.Name == "tls");

    /// <summary>A hop with its query, and its password replaced by <c>***</c>.</summary>
    /// <param name="hop">The hop.</param>
    public static string TextOf(HopUri hop)
    {
        ArgumentNullException.ThrowIfNull(hop);
        var text = new StringBuilder(hop.ToString());
        char mark = '?';
        foreach ((string name, string value) in hop.Query)
        {
            text.Append(mark).Append(name);
            if (value.Length > 0) text.Append('=').Append(value.Replace("%", "%25", StringComparison.Ordinal).Replace("&", "%26", StringComparison.Ordinal).Replace("#", "%23", StringComparison.Ordinal));
            mark = '&';
        }

        return text.ToString();
    }

    /// <summary>For people: <c>direct to port 22</c>, or the hops with an arrow between.</summary>
    public override string ToString() =>
        Hops.Count == 0 ? string.Create(CultureInfo.InvariantCulture, $"direct to port {Port}")
        : string.Join(" → ", Hops) + (IsFixed ? "" : string.Create(CultureInfo.InvariantCulture, $" → port {Port}"));
}
