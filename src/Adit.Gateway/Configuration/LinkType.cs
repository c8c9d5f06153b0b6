namespace Adit.Gateway.Configuration;

/// <summary>The kinds of packet tunnels.</summary>
public enum LinkType
{
    /// <summary>IP in GRE over IPv4 or IPv6 (RFC 2784, RFC 2890).</summary>
    Gre,

    /// <summary>Ethernet in GRE over IPv4 or IPv6.</summary>
    Gretap,

    /// <summary>IPv4 in IPv4 (RFC 2003).</summary>
    Ipip,

    /// <summary>IPv6 in IPv4 (RFC 4213).</summary>
    Sit,

    /// <summary>IPv4 or IPv6 in IPv6 (RFC 2473).</summary>
    Ip6Tnl,

    /// <summary>IP in GRE over IPv6 (RFC 7676).</summary>
    Ip6Gre,

    /// <summary>Ethernet in GRE over IPv6.</summary>
    Ip6Gretap,

    /// <summary>Ethernet in IP (RFC 3378).</summary>
    EtherIp,

    /// <summary>Ethernet in VXLAN (RFC 7348).</summary>
    Vxlan,

    /// <summary>Ethernet or IP in GENEVE (RFC 8926).</summary>
    Geneve,

    /// <summary>IP packets or Ethernet frames as payload of UDP datagrams, without a header of their own.</summary>
    Udp,

    /// <summary>IP packets or Ethernet frames over a stream, each behind its length in two octets.</summary>
    Stream,

    /// <summary>The tunnel channel of SSH (tun@openssh.com).</summary>
    Ssh,
}
