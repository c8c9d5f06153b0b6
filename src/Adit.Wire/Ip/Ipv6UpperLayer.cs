namespace Adit.Wire.Ip;

/// <summary>What a walk over the extension headers of an IPv6 packet found.</summary>
/// <param name="Protocol">The upper layer; of a fragment that is not the first, what its header names.</param>
/// <param name="Offset">Where it begins in the packet, in octets.</param>
/// <param name="FragmentHeaderOffset">Where the Fragment header stands in the packet; -1: there is none.</param>
/// <param name="FragmentOffset">Where a fragment's payload stands in the whole packet's, in octets.</param>
/// <param name="MoreFragments">Whether the fragment is not the last.</param>
/// <param name="EncapsulationLimitOffset">Where the value of the Tunnel Encapsulation Limit option stands in the packet (RFC 2473 §4.1.1); -1: there is none.</param>
public readonly record struct Ipv6UpperLayer(
    IpProtocol Protocol, int Offset, int FragmentHeaderOffset, int FragmentOffset, bool MoreFragments, int EncapsulationLimitOffset)
{
    /// <summary>Whether the packet is a part of another.</summary>
    public bool IsFragment => FragmentHeaderOffset >= 0;
}
