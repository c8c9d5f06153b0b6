namespace Adit.Core.Lifeline;

/// <summary>What a server of lifelines takes. Immutable.</summary>
public sealed record LifelineServerOptions
{
    /// <summary>The carrier keys that it knows, one a peer.</summary>
    public IReadOnlyList<CarrierKey> Keys { get; init; } = [];

    /// <summary>Asked for the keys at each handshake, in place of <see cref="Keys"/>: they may come and go. Must be quick. Null: they never do.</summary>
    public Func<IReadOnlyList<CarrierKey>>? KeySource { get; init; }

    /// <summary>Whether clients without a carrier key are taken. Default: no.</summary>
    public bool TakesKeyless { get; init; }

    /// <summary>Sessions at most. Default 1024; each holds at most twice its window.</summary>
    public int MaximumSessions { get; init; } = 1024;

    /// <summary>Paths of one session at most. Default 8.</summary>
    public int MaximumPaths { get; init; } = 8;

    /// <summary>How long a WELCOME may be confirmed, in microseconds. Default 60 s.</summary>
    public long CookieLife { get; init; } = 60_000_000;

    /// <summary>How its sessions behave.</summary>
    public LifelineOptions Session { get; init; } = new();
}
