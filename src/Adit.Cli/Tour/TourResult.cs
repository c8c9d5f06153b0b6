namespace Adit.Cli.Tour;

/// <summary>What the tour saw of one tunnel.</summary>
/// <param name="Row">The tunnel.</param>
/// <param name="Octets">Octets sent through it; as many came back.</param>
/// <param name="Elapsed">How long that took, there and back at once.</param>
/// <param name="Overhead">Octets on the wire beyond those carried, as a part of those carried.</param>
/// <param name="Protection">The cipher, or "no".</param>
/// <param name="Failure">What went wrong; null when every octet came back as it was sent.</param>
/// <param name="Skipped">Why it was not tried; null where it was.</param>
internal sealed record TourResult(TourRow Row, long Octets, TimeSpan Elapsed, double Overhead, string Protection, string? Failure, string? Skipped = null)
{
    /// <summary>Megabytes (10^6 octets) a second, each way.</summary>
    public double Rate => Elapsed > TimeSpan.Zero ? Octets / 1e6 / Elapsed.TotalSeconds : 0;
}
