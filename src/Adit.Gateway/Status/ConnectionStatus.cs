namespace Adit.Gateway.Status;

/// <summary>One connection under way. Immutable.</summary>
public sealed record ConnectionStatus
{
    /// <summary>The client; null where the listener does not tell.</summary>
    public string? From { get; init; }

    /// <summary>Who logged in; null for nobody.</summary>
    public string? User { get; init; }

    /// <summary>What it does: the target, the proxy request, the client's software.</summary>
    public string? What { get; init; }

    /// <summary>Since when.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>Octets from the client; null where they are counted at the end only.</summary>
    public long? Up { get; init; }

    /// <summary>Octets to the client; null where they are counted at the end only.</summary>
    public long? Down { get; init; }
}
