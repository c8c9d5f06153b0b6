namespace Adit.Core.Links;

/// <summary>What else is known of a packet.</summary>
[Flags]
public enum PacketFlags : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The transport checksum field holds the sum of the pseudo header only; whoever sends the packet to a network completes it.</summary>
    ChecksumPartial = 1,

    /// <summary>The delivery header is not to be fragmented (IPv4 DF); for received packets: was so marked.</summary>
    DontFragment = 2,

    /// <summary>The packet goes to, or came from, the group of all remotes.</summary>
    Flood = 4,

    /// <summary>The sender may cut the delivery packet: it has no limit below the link's.</summary>
    MayFragment = 8,
}
