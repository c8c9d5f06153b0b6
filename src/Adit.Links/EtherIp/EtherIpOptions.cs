using Adit.Links.Encapsulation;

namespace Adit.Links.EtherIp;

/// <summary>How EtherIP is run; there is nothing of its own to choose. Immutable.</summary>
public sealed record EtherIpOptions : EncapsulationOptions;
