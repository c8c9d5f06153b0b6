namespace Adit.Core.Lifeline;

/// <summary>One of a keeper's carriers, for reports. Immutable.</summary>
/// <param name="Name">The hop.</param>
/// <param name="State">How it does.</param>
/// <param name="RoundTrip">The smoothed round trip; null where there is no path.</param>
/// <param name="Problem">Why it failed last; null where it did not.</param>
public sealed record LifelineRoute(string Name, LifelineRouteState State, TimeSpan? RoundTrip, string? Problem);
