namespace Adit.Core.Links;

/// <summary>What a super-packet is made of: the kernel's generic segmentation offload (GSO).</summary>
public enum SegmentationKind : byte
{
    /// <summary>An ordinary packet.</summary>
    None,

    /// <summary>TCP over IPv4: the payload is cut into pieces of <see cref="Packet.SegmentSize"/>.</summary>
    Tcp4,

    /// <summary>TCP over IPv6.</summary>
    Tcp6,

    /// <summary>UDP over either: each piece is a datagram of its own.</summary>
    Udp,
}
