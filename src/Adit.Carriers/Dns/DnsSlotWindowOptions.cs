using Adit.Core;

namespace Adit.Carriers.Dns;

/// <summary>How a <see cref="DnsSlotWindow"/> behaves. Immutable; times are in microseconds.</summary>
public sealed record DnsSlotWindowOptions
{
    /// <summary>Ours: what no window exceeds, since each outstanding query is a socket port at many resolvers.</summary>
    public const int HardMaximum = 512;

    /// <summary>Outstanding queries to begin with. Default 8.</summary>
    public int Initial { get; init; } = 8;

    /// <summary>Outstanding queries at most. Default 256; at most <see cref="HardMaximum"/>.</summary>
    public int Maximum { get; init; } = 256;

    /// <summary>Outstanding queries at least, however bad the path. Default 2.</summary>
    public int Minimum { get; init; } = 2;

    /// <summary>Delay over the least delay at which the path is taken for full. Default 1.5.</summary>
    public double DelayFactor { get; init; } = 1.5;

    /// <summary>Delay beyond the least that is never taken for full, for paths so short that the machine's own noise is half a round trip. Default 10 ms.</summary>
    public long DelayAllowance { get; init; } = 10_000;

    /// <summary>Share of failures above which the path is taken for full. Default 0.02.</summary>
    public double FailureShare { get; init; } = 0.02;

    /// <summary>Share of failures to which that rises at most, where a smaller window does not help: a path that loses by chance. Default 0.12.</summary>
    public double MostFailureShare { get; init; } = 0.12;

    /// <summary>The share of the window that remains when the path is full. Default 0.7.</summary>
    public double Decrease { get; init; } = 0.7;

    /// <summary>Queries a second at most, so that a resolver's operator need not mind. Default 0: no limit.</summary>
    public double MaximumRate { get; init; }

    /// <summary>The least time after which a query is taken for lost, beside its hold. Default 200 ms.</summary>
    public long MinimumTimeout { get; init; } = 200_000;

    /// <summary>The longest such time. Default 5 s.</summary>
    public long MaximumTimeout { get; init; } = 5_000_000;

    /// <summary>The round trip that is assumed before one was measured. Default 300 ms.</summary>
    public long InitialRoundTrip { get; init; } = 300_000;

    /// <summary>For how long the least delay is remembered. Default 30 s: then the path may have become another.</summary>
    public long BaseMemory { get; init; } = 30_000_000;

    /// <summary>How long a server may hold a query before one was held. Default 150 ms, above the 100 ms that it begins with.</summary>
    public long InitialHold { get; init; } = 150_000;

    internal void Validate()
    {
        if (Maximum is < 1 or > HardMaximum) throw Wrong("maximum", $"1 to {HardMaximum}", Maximum);
        if (Minimum < 1 || Minimum > Initial || Initial > Maximum) throw Wrong("initial", "minimum to maximum", Initial);
        if (DelayFactor <= 1) throw Wrong("delay factor", "more than 1", DelayFactor);
        if (Decrease is <= 0 or >= 1) throw Wrong("decrease", "between 0 and 1", Decrease);
        if (FailureShare is < 0 or >= 1) throw Wrong("failure share", "0 to 1", FailureShare);
        if (MaximumRate < 0) throw Wrong("rate", "0 or more", MaximumRate);
    }

    private static TunnelException Wrong(string what, string expected, double got) => new(TunnelError.BadConfiguration, $"dns window: {what}: expected {expected}, got {got}");
}
