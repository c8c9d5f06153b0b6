namespace Adit.Gateway.Planning;

/// <summary>What one section would do. Immutable.</summary>
public sealed record PlannedSection
{
    /// <summary>Its path in the configuration, such as <c>forwards[0]</c>.</summary>
    public string Name { get; init; } = "";

    /// <summary><c>gateway</c>, <c>forward</c>, <c>proxy</c> or <c>link</c>.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Where it listens.</summary>
    public IReadOnlyList<PlannedListener> Listeners { get; init; } = [];

    /// <summary>The hops, nearest first.</summary>
    public IReadOnlyList<PlannedHop> Hops { get; init; } = [];

    /// <summary>What is dialled behind the last hop, and who resolves its name; what clients may reach, for a proxy and a gateway.</summary>
    public string Target { get; init; } = "";

    /// <summary>The rules in their order, where it has any.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [];

    /// <summary>The files that it reads.</summary>
    public IReadOnlyList<PlannedFile> Files { get; init; } = [];

    /// <summary>The nftables rules that it needs, for <c>nft -f</c>; null for none.</summary>
    public string? Firewall { get; init; }

    /// <summary>Whether it installs them itself.</summary>
    public bool InstallsFirewall { get; init; }

    /// <summary>The routes that it needs, as arguments of ip(8).</summary>
    public IReadOnlyList<string> Routes { get; init; } = [];

    /// <summary>The interface that a link makes or takes; null for the others.</summary>
    public PlannedInterface? Interface { get; init; }
}
