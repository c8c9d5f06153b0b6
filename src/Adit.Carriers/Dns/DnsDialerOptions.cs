using Adit.Core;
using Adit.Wire.Dns;

namespace Adit.Carriers.Dns;

/// <summary>Through whom and for which domains a client asks. Immutable.</summary>
public sealed record DnsDialerOptions
{
    /// <summary>Ours: resolvers times domains at most; each has windows and sockets.</summary>
    public const int MostRoutes = 16;

    /// <summary>Ours, for a resolver's operator's sake: queries a second that one route sends at most, unless told otherwise.</summary>
    public const double DefaultRate = 2000;

    /// <summary>The tunnel's domains, one at least.</summary>
    public required IReadOnlyList<DnsDomainName> Domains { get; init; }

    /// <summary>The resolvers, or the server itself; one at least.</summary>
    public required IReadOnlyList<DnsResolver> Resolvers { get; init; }

    /// <summary>Queries a second to one resolver at most. Default <see cref="DefaultRate"/>; 0: no limit but the window's.</summary>
    public double MaximumRate { get; init; } = DefaultRate;

    /// <summary>Where what probes found is kept; null: nowhere. Holds no secrets.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>How long a probe may take. Default 2 s.</summary>
    public TimeSpan ProbeTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Whether large answers are fetched by TCP where that passes. Default: yes.</summary>
    public bool UsesJumbo { get; init; } = true;

    /// <summary>Outstanding queries to one resolver at most. Default 256.</summary>
    public int MaximumWindow { get; init; } = 256;

    internal void Validate()
    {
        if (Domains.Count == 0) throw Wrong("domains", "at least one", 0);
        if (Resolvers.Count == 0) throw Wrong("resolvers", "at least one", 0);
        foreach (DnsResolver each in Resolvers) each.Validate();
        if (Domains.Count * Resolvers.Count > MostRoutes) throw Wrong("resolvers times domains", $"at most {MostRoutes}", Domains.Count * Resolvers.Count);
        if (MaximumWindow is < 1 or > DnsSlotWindowOptions.HardMaximum) throw Wrong("window", $"1 to {DnsSlotWindowOptions.HardMaximum}", MaximumWindow);
        if (MaximumRate < 0) throw Wrong("rate", "0 or more", MaximumRate);
    }

    private static TunnelException Wrong(string what, string expected, double got) => new(TunnelError.BadConfiguration, $"dns: {what}: expected {expected}, got {got}");
}
