using System.Net;

namespace Adit.Links.Delivery;

/// <summary>How packets are delivered in IP packets of their own protocol. Immutable.</summary>
public sealed record RawIpDeliveryOptions
{
    /// <summary>An address of this machine, or the unspecified one of the family.</summary>
    public required IPAddress Local { get; init; }

    /// <summary>The remote; what others send is dropped and counted.</summary>
    public required IPAddress Remote { get; init; }

    /// <summary>The protocol number (IPv4) or next header (IPv6): 47 GRE, 4 IPv4, 41 IPv6, 97 EtherIP.</summary>
    public required byte Protocol { get; init; }

    /// <summary>The tunnel encapsulation limit that IPv6 packets carry in a Destination Options header of 8 octets (RFC 2473 §4.1.1); null for none.</summary>
    public byte? EncapsulationLimit { get; init; }
}
