namespace Adit.Gateway.Status;

/// <summary>One running section: a gateway, a forward, a proxy or a link. Immutable.</summary>
public sealed record SectionStatus
{
    /// <summary><c>gateway</c>, <c>forward</c>, <c>proxy</c>, <c>link</c>, or <c>session</c> (an <c>adit ssh</c>).</summary>
    public string Kind { get; init; } = "";

    /// <summary>Where it listens, ports resolved.</summary>
    public IReadOnlyList<string> Listening { get; init; } = [];

    /// <summary>Where a forward leads, or a link; null for the others.</summary>
    public string? Target { get; init; }

    /// <summary>Its hops, nearest first.</summary>
    public IReadOnlyList<HopStatus> Hops { get; init; } = [];

    /// <summary>When it was started.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>Connections accepted so far.</summary>
    public long Accepted { get; init; }

    /// <summary>Connections under way.</summary>
    public int Active { get; init; }

    /// <summary>Connections and requests that a rule or a limit refused.</summary>
    public long Refused { get; init; }

    /// <summary>Those whose target was not reached.</summary>
    public long Failed { get; init; }

    /// <summary>Octets from clients: of what is over, and of what is listed in <see cref="Connections"/>.</summary>
    public long Up { get; init; }

    /// <summary>The same to clients.</summary>
    public long Down { get; init; }

    /// <summary>Connections under way, no more than were asked for.</summary>
    public IReadOnlyList<ConnectionStatus> Connections { get; init; } = [];

    /// <summary>What a link tells beyond that; null for the others.</summary>
    public LinkStatus? Link { get; init; }

    /// <summary>The same with the octets of the listed connections added.</summary>
    internal SectionStatus WithLive() => this with { Up = Up + Connections.Sum(c => c.Up ?? 0), Down = Down + Connections.Sum(c => c.Down ?? 0) };
}
