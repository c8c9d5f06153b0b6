namespace Adit.Core.Relay;

/// <summary>How a relay between two streams ended.</summary>
/// <param name="FromFirst">Octets that went from the first stream to the second.</param>
/// <param name="FromSecond">Octets that went from the second stream to the first.</param>
/// <param name="Failed">The side that failed; <see cref="RelaySide.None"/> when both ended in order.</param>
/// <param name="Error">The failure; null when both ended in order.</param>
public sealed record RelayResult(long FromFirst, long FromSecond, RelaySide Failed = RelaySide.None, Exception? Error = null)
{
    /// <summary>The same with the sides exchanged.</summary>
    public RelayResult Mirrored() => new(
        FromSecond, FromFirst, Failed switch { RelaySide.First => RelaySide.Second, RelaySide.Second => RelaySide.First, _ => RelaySide.None }, Error);
}
