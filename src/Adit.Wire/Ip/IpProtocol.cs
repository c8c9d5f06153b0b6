namespace Adit.Wire.Ip;

/// <summary>What an IPv4 packet carries, or what follows an IPv6 header (IANA "Assigned Internet Protocol Numbers").</summary>
public enum IpProtocol : byte
{
    /// <summary>IPv6 Hop-by-Hop Options (RFC 8200 §4.3).</summary>
    HopByHopOptions = 0,

    /// <summary>ICMP (RFC 792).</summary>
    Icmp = 1,

    /// <summary>IPv4 in IP (RFC 2003, RFC 2473).</summary>
    Ipv4 = 4,

    /// <summary>TCP (RFC 9293).</summary>
    Tcp = 6,

    /// <summary>UDP (RFC 768).</summary>
    Udp = 17,

    /// <summary>IPv6 in IP (RFC 4213, RFC 2473).</summary>
    Ipv6 = 41,

    /// <summary>IPv6 Routing header (RFC 8200 §4.4).</summary>
    Routing = 43,

    /// <summary>IPv6 Fragment header (RFC 8200 §4.5).</summary>
    Fragment = 44,

    /// <summary>GRE (RFC 2784).</summary>
    Gre = 47,

    /// <summary>ESP (RFC 4303).</summary>
    Esp = 50,

    /// <summary>AH (RFC 4302).</summary>
    AuthenticationHeader = 51,

    /// <summary>ICMPv6 (RFC 4443).</summary>
    Icmpv6 = 58,

    /// <summary>Nothing follows (RFC 8200 §4.7).</summary>
    NoNextHeader = 59,

    /// <summary>IPv6 Destination Options (RFC 8200 §4.6).</summary>
    DestinationOptions = 60,

    /// <summary>Ethernet in IP (RFC 3378).</summary>
    EtherIp = 97,

    /// <summary>L2TPv3 (RFC 3931).</summary>
    L2tp = 115,

    /// <summary>Mobility header (RFC 6275).</summary>
    Mobility = 135,
}
