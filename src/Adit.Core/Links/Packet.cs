namespace Adit.Core.Links;

/// <summary>One packet of a <see cref="PacketBatch"/>: where its octets lie in the batch's memory, and what is known about them. Positions are absolute in that memory, so prepending a header leaves them true.</summary>
public struct Packet
{
    /// <summary>Position of the first octet.</summary>
    public int Offset;

    /// <summary>Octets.</summary>
    public int Length;

    /// <summary>No octet before this position is the packet's: <c>Offset - Floor</c> is its headroom.</summary>
    public int Floor;

    /// <summary>No octet from this position on is the packet's.</summary>
    public int Ceiling;

    /// <summary>Position of the IP header that segmentation and partial checksum are about.</summary>
    public int NetworkStart;

    /// <summary>Position of the transport header that segmentation and partial checksum are about.</summary>
    public int TransportStart;

    /// <summary>Where the transport checksum stands, counted from <see cref="TransportStart"/>.</summary>
    public ushort ChecksumOffset;

    /// <summary>Octets of transport payload in each segment of a super-packet.</summary>
    public ushort SegmentSize;

    /// <summary>What it is a super-packet of.</summary>
    public SegmentationKind Segmentation;

    /// <summary>What else is known.</summary>
    public PacketFlags Flags;

    /// <summary>TOS or traffic class of the delivery header: to be sent, or as received.</summary>
    public byte TrafficClass;

    /// <summary>TTL or hop limit of the delivery header: to be sent (0: the system's default), or as received.</summary>
    public byte HopLimit;

    /// <summary>The tunnel encapsulation limit that an IPv6 delivery header is to carry, plus 1 (RFC 2473 §4.1.1); 0 for the delivery's own.</summary>
    public byte NestingLimit;

    /// <summary>Where the packet goes or came from, for delivery links with several remotes: a number that the delivery link gave.</summary>
    public ushort Remote;

    /// <summary>Why the packet is not to be sent or handed on; <see cref="DropReason.None"/> for a living one.</summary>
    public DropReason Dropped;

    /// <summary>Octets available in front.</summary>
    public readonly int Headroom => Offset - Floor;

    /// <summary>Whether the octets are what a network would carry: no super-packet, no partial checksum.</summary>
    public readonly bool IsPlain => Segmentation == SegmentationKind.None && (Flags & PacketFlags.ChecksumPartial) == 0;

    /// <summary>Takes octets off the front (a header that was read).</summary>
    /// <param name="count">How many; at most <see cref="Length"/>.</param>
    public void RemoveFront(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)Length, nameof(count));
        Offset += count;
        Length -= count;
    }

    /// <summary>Marks it as dropped, for the batch to remove and the link to count.</summary>
    /// <param name="reason">Why.</param>
    public void Drop(DropReason reason) => Dropped = reason;
}
