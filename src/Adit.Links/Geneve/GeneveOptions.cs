using Adit.Core.Links;
using Adit.Links.Encapsulation;

namespace Adit.Links.Geneve;

/// <summary>How a GENEVE segment is run. Immutable.</summary>
public sealed record GeneveOptions : ForwardingOptions
{
    /// <summary>Makes options.</summary>
    public GeneveOptions() => HopLimit = 0; // Linux's default: the system's

    /// <summary>VNI, 24 bits.</summary>
    public required uint NetworkIdentifier { get; init; }

    /// <summary>What it carries: Ethernet frames (default; any other protocol type is dropped), or IP packets.</summary>
    public Medium Medium { get; init; } = Medium.Ethernet;
}
