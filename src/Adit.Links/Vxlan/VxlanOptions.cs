using Adit.Links.Encapsulation;

namespace Adit.Links.Vxlan;

/// <summary>How a VXLAN segment is run. Immutable.</summary>
public sealed record VxlanOptions : ForwardingOptions
{
    /// <summary>Makes options.</summary>
    public VxlanOptions() => HopLimit = 0; // Linux's default: the system's

    /// <summary>VNI, 24 bits.</summary>
    public required uint NetworkIdentifier { get; init; }
}
