namespace Adit.Core.Links;

/// <summary>What a link carries, and how packets must be laid out for it. Immutable.</summary>
public sealed record LinkProperties
{
    /// <summary>What its packets are.</summary>
    public required Medium Medium { get; init; }

    /// <summary>The longest packet (a super-packet's segments, each with its headers) that it sends, in octets.</summary>
    public int SendLimit { get; init; } = PacketBatch.MaximumPacket;

    /// <summary>Octets in front of a packet that sending may need for headers.</summary>
    public int Headroom { get; init; }

    /// <summary>
    /// Whether <see cref="ILink.Send"/> takes super-packets and packets whose transport checksum is still partial. Where not, the sender calls <see cref="PacketSegmenter"/> first.
    /// </summary>
    public bool TakesSegmentation { get; init; }
}
