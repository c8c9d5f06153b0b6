namespace Adit.Gateway.Status;

/// <summary>One carrier of a lifeline. Immutable.</summary>
public sealed record CarrierStatus
{
    /// <summary>The carrier's hop, without secrets.</summary>
    public string Carrier { get; init; } = "";

    /// <summary><c>active</c> (carries the stream), <c>warm</c> (there, kept for later), <c>opening</c>, <c>down</c>, or <c>idle</c> (not opened, since better ones are there).</summary>
    public string State { get; init; } = "idle";

    /// <summary>The smoothed round trip in milliseconds; null where there is no path.</summary>
    public double? RoundTripMilliseconds { get; init; }

    /// <summary>Why it was lost or could not be opened; null where it was not.</summary>
    public string? Problem { get; init; }
}
