namespace Adit.Wire.Ethernet;

/// <summary>What an Ethernet frame carries (IANA "IEEE 802 Numbers"); also GRE's and GENEVE's protocol type.</summary>
public enum EtherType : ushort
{
    /// <summary>None: a Cisco GRE keepalive's inner packet.</summary>
    None = 0,

    /// <summary>IPv4.</summary>
    Ipv4 = 0x0800,

    /// <summary>ARP.</summary>
    Arp = 0x0806,

    /// <summary>Transparent Ethernet Bridging (RFC 1701): a whole frame.</summary>
    TransparentEthernetBridging = 0x6558,

    /// <summary>A customer VLAN tag (IEEE 802.1Q).</summary>
    Vlan = 0x8100,

    /// <summary>IPv6.</summary>
    Ipv6 = 0x86dd,

    /// <summary>PPP, as in GRE version 1 (RFC 2637).</summary>
    Ppp = 0x880b,

    /// <summary>MPLS unicast (RFC 3032).</summary>
    Mpls = 0x8847,

    /// <summary>A service VLAN tag (IEEE 802.1ad).</summary>
    ServiceVlan = 0x88a8,
}
