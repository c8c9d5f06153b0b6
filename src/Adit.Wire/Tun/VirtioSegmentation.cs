namespace Adit.Wire.Tun;

/// <summary>How a packet larger than the MTU is to be cut (linux/virtio_net.h).</summary>
public enum VirtioSegmentation : byte
{
    /// <summary>Not at all.</summary>
    None = 0, // VIRTIO_NET_HDR_GSO_NONE

    /// <summary>TCP over IPv4.</summary>
    Tcpv4 = 1, // VIRTIO_NET_HDR_GSO_TCPV4

    /// <summary>A UDP datagram by IP fragmentation, which Linux no longer makes.</summary>
    UdpFragmentation = 3, // VIRTIO_NET_HDR_GSO_UDP

    /// <summary>TCP over IPv6.</summary>
    Tcpv6 = 4, // VIRTIO_NET_HDR_GSO_TCPV6

    /// <summary>UDP datagrams of one size over either family.</summary>
    UdpL4 = 5, // VIRTIO_NET_HDR_GSO_UDP_L4
}
