namespace Adit.Carriers.Tests.Dns;

/// <summary>What a simulated path does to queries. Times are in microseconds.</summary>
internal sealed record ResolverConditions
{
    /// <summary>One way between client and resolver.</summary>
    public long NearDelay { get; init; } = 5_000;

    /// <summary>One way between resolver and server.</summary>
    public long FarDelay { get; init; } = 20_000;

    /// <summary>More delay at random, up to this, on each way.</summary>
    public long Jitter { get; init; }

    /// <summary>Of each link and direction.</summary>
    public double Loss { get; init; }

    /// <summary>Queries that the resolver works off in a second, one after the other; 0: any.</summary>
    public double Capacity { get; init; }

    /// <summary>Queries a second that the resolver takes from a client; 0: any.</summary>
    public double RateLimit { get; init; }

    /// <summary>Whether it says REFUSED beyond the limit; else it says nothing.</summary>
    public bool SaysRefused { get; init; }

    /// <summary>After which time the resolver asks the server again.</summary>
    public long Retry { get; init; } = 400_000;

    /// <summary>Of names of two rounds, the share that takes one all the same.</summary>
    public double Shortcuts { get; init; }

    public bool IsCut { get; init; }
}
