using Adit.Core.Links;
using Adit.Links.Encapsulation;

namespace Adit.Links.Ip;

/// <summary>How packets or frames are carried in UDP without a header of their own. Immutable.</summary>
public sealed record PlainUdpOptions : EncapsulationOptions
{
    /// <summary>What it carries: IP packets (default) or Ethernet frames.</summary>
    public Medium Medium { get; init; } = Medium.Ip;
}
