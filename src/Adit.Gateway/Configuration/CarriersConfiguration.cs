using Adit.Core.Hops;

namespace Adit.Gateway.Configuration;

/// <summary>One item of <c>carriers:</c>: what <c>--via auto:NAME</c> means. Immutable.</summary>
public sealed record CarriersConfiguration
{
    /// <summary>The name (<c>name</c>): letters, digits, <c>.</c>, <c>-</c> and <c>_</c>.</summary>
    public string Name { get; init; } = "";

    /// <summary>The file of the carrier key for all of them (<c>key</c>); null where none needs one.</summary>
    public string? Key { get; init; }

    /// <summary>The carriers, the best first (<c>hops</c>), each a carrier hop to the same gateway.</summary>
    public IReadOnlyList<HopUri> Hops { get; init; } = [];
}
