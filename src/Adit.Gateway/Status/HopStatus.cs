namespace Adit.Gateway.Status;

/// <summary>One hop of a running chain. Immutable.</summary>
public sealed record HopStatus
{
    /// <summary>The hop, without secrets.</summary>
    public string Hop { get; init; } = "";

    /// <summary><c>idle</c> (not used yet), <c>connecting</c>, <c>connected</c> (a session stands), <c>lost</c> (one stood, and opens anew with the next connection), <c>used</c> (the last dial went through it), <c>failed</c> (the last one ended at it).</summary>
    public string State { get; init; } = "idle";

    /// <summary>Since when.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Octets that its session sent; null where it has none.</summary>
    public long? Up { get; init; }

    /// <summary>The same, received.</summary>
    public long? Down { get; init; }

    /// <summary>How often a lifeline moved from one carrier to another; null where it is none.</summary>
    public int? Moves { get; init; }

    /// <summary>The carriers of a lifeline, the best first; null where it is none.</summary>
    public IReadOnlyList<CarrierStatus>? Carriers { get; init; }

    /// <summary>Dials that ended at this hop.</summary>
    public long Failures { get; init; }

    /// <summary>Why the last of them did; null where none did.</summary>
    public string? Problem { get; init; }
}
