namespace Adit.Core.Links;

/// <summary>What the packets of a link are.</summary>
public enum Medium
{
    /// <summary>IPv4 and IPv6 packets, told apart by their version (RFC 791, RFC 8200).</summary>
    Ip,

    /// <summary>Ethernet frames without preamble and frame check sequence (IEEE 802.3).</summary>
    Ethernet,

    /// <summary>The payload of a delivery protocol: of a UDP datagram, or of an IP packet of one protocol number.</summary>
    Datagram,
}
