namespace Adit.TestKit.Lifelines;

/// <summary>What a simulated path does to datagrams. Times are in microseconds.</summary>
public sealed record PathConditions
{
    public double Loss { get; init; }

    public double Duplication { get; init; }

    public long Delay { get; init; } = 20_000;

    /// <summary>More delay at random, up to this: the cause of reordering.</summary>
    public long Jitter { get; init; }

    /// <summary>Microseconds between two datagrams of one direction.</summary>
    public long Spacing { get; init; } = 100;

    public int Mtu { get; init; } = 1200;

    public bool IsCut { get; init; }
}
