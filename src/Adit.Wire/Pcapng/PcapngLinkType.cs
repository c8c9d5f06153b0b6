namespace Adit.Wire.Pcapng;

/// <summary>What the packets of a capture begin with (tcpdump.org "Link-Layer Header Types").</summary>
public enum PcapngLinkType : ushort
{
    /// <summary>An Ethernet frame.</summary>
    Ethernet = 1,

    /// <summary>PPP, perhaps with address and control octets.</summary>
    Ppp = 9,

    /// <summary>An IPv4 or IPv6 packet, told apart by its version.</summary>
    Raw = 101,

    /// <summary>The first of those that a site gives a meaning of its own.</summary>
    User0 = 147,

    /// <summary>An IPv4 packet.</summary>
    Ipv4 = 228,

    /// <summary>An IPv6 packet.</summary>
    Ipv6 = 229,
}
