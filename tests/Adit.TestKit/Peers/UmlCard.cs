namespace Adit.TestKit.Peers;

/// <summary>A network card of a <see cref="UmlGuest"/> (vec0, vec1, … there), whose other end is a tap device.</summary>
/// <param name="Interface">The name of the tap.</param>
/// <param name="Host">The tap's addresses with their lengths.</param>
/// <param name="Guest">The card's.</param>
public sealed record UmlCard(string Interface, IReadOnlyList<string> Host, IReadOnlyList<string> Guest)
{
    /// <summary>The namespace in which its other end is, by a cable from the tap; null for the one that the guest was started in.</summary>
    public string? Beyond { get; init; }
}
