namespace Adit.Platform.Packets;

/// <summary>Options of datagram and raw sockets: level in the high half, name in the low (linux/in.h, linux/in6.h, linux/udp.h, asm-generic/socket.h).</summary>
public enum PacketSocketOption
{
    /// <summary>SO_REUSEADDR.</summary>
    ReuseAddress = (1 << 16) | 2,

    /// <summary>SO_SNDBUF.</summary>
    SendBuffer = (1 << 16) | 7,

    /// <summary>SO_RCVBUF.</summary>
    ReceiveBuffer = (1 << 16) | 8,

    /// <summary>SO_NO_CHECK: no UDP checksum over IPv4. Forbids UDP_SEGMENT.</summary>
    NoChecksum = (1 << 16) | 11,

    /// <summary>SO_SNDBUFFORCE, beyond the system's limit; needs CAP_NET_ADMIN.</summary>
    SendBufferForce = (1 << 16) | 32,

    /// <summary>SO_RCVBUFFORCE.</summary>
    ReceiveBufferForce = (1 << 16) | 33,

    /// <summary>IP_HDRINCL: packets are sent with their IPv4 header.</summary>
    HeaderIncluded = 3,

    /// <summary>IP_MTU_DISCOVER; a <see cref="PathMtuDiscovery"/>.</summary>
    MtuDiscover = 10,

    /// <summary>IP_RECVERR.</summary>
    ReceiveErrors = 11,

    /// <summary>IP_RECVTTL.</summary>
    ReceiveHopLimit = 12,

    /// <summary>IP_RECVTOS.</summary>
    ReceiveTrafficClass = 13,

    /// <summary>IP_MTU: what the path of a connected socket is known to take.</summary>
    Mtu = 14,

    /// <summary>IPV6_MTU_DISCOVER.</summary>
    MtuDiscover6 = (41 << 16) | 23,

    /// <summary>IPV6_MTU.</summary>
    Mtu6 = (41 << 16) | 24,

    /// <summary>IPV6_RECVERR.</summary>
    ReceiveErrors6 = (41 << 16) | 25,

    /// <summary>IPV6_V6ONLY.</summary>
    OnlyIpv6 = (41 << 16) | 26,

    /// <summary>IPV6_RECVHOPLIMIT.</summary>
    ReceiveHopLimit6 = (41 << 16) | 51,

    /// <summary>IPV6_DSTOPTS: destination options of every packet sent.</summary>
    DestinationOptions6 = (41 << 16) | 59,

    /// <summary>IPV6_RECVTCLASS.</summary>
    ReceiveTrafficClass6 = (41 << 16) | 66,

    /// <summary>UDP_NO_CHECK6_TX.</summary>
    NoChecksumSent6 = (17 << 16) | 101,

    /// <summary>UDP_NO_CHECK6_RX.</summary>
    NoChecksumReceived6 = (17 << 16) | 102,

    /// <summary>UDP_GRO: datagrams of one flow come together.</summary>
    DatagramGro = (17 << 16) | 104,

    /// <summary>PACKET_ADD_MEMBERSHIP, with struct packet_mreq.</summary>
    FrameMembership = (263 << 16) | 1,

    /// <summary>PACKET_VNET_HDR: a virtio_net_hdr stands in front of each frame.</summary>
    FrameVirtioHeader = (263 << 16) | 15,

    /// <summary>PACKET_IGNORE_OUTGOING.</summary>
    FrameIgnoreOutgoing = (263 << 16) | 23,
}
