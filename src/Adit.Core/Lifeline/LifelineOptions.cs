namespace Adit.Core.Lifeline;

/// <summary>How a session behaves. Immutable.</summary>
public sealed record LifelineOptions
{
    /// <summary>Octets that wait in each direction at most; a power of two. Default 4 MiB: the memory bound of a session is twice that.</summary>
    public int Window { get; init; } = 4 * 1024 * 1024;

    /// <summary>How long a session lives without hearing anything on any path, in microseconds. Default 15 minutes.</summary>
    public long SilenceLimit { get; init; } = 15L * 60 * 1_000_000;

    /// <summary>Timeouts in a row after which a path carries new data only if no other does. Default 3.</summary>
    public int SuspectAfter { get; init; } = 3;
}
