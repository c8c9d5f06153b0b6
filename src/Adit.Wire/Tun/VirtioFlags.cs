namespace Adit.Wire.Tun;

/// <summary>What a packet's checksum is worth (linux/virtio_net.h).</summary>
[Flags]
public enum VirtioFlags : byte
{
    /// <summary>Nothing is said.</summary>
    None = 0,

    /// <summary>The checksum field holds the pseudo header's sum; who sends the packet on computes the rest.</summary>
    NeedsChecksum = 1, // VIRTIO_NET_HDR_F_NEEDS_CSUM

    /// <summary>The checksum was verified.</summary>
    DataValid = 2, // VIRTIO_NET_HDR_F_DATA_VALID

    /// <summary>Coalesced, and how is told.</summary>
    CoalescingInformation = 4, // VIRTIO_NET_HDR_F_RSC_INFO
}
