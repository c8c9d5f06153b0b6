namespace Adit.Core.Links;

/// <summary>One segment of a super-packet: its headers in the segmenter's scratch memory, its payload where it lay.</summary>
/// <param name="HeaderOffset">Position in <see cref="PacketSegmenter.Scratch"/>.</param>
/// <param name="HeaderLength">Octets of the headers.</param>
/// <param name="PayloadOffset">Position in the batch's memory.</param>
/// <param name="PayloadLength">Octets of the payload.</param>
public readonly record struct PacketSegment(int HeaderOffset, int HeaderLength, int PayloadOffset, int PayloadLength)
{
    /// <summary>Octets of the segment.</summary>
    public int Length => HeaderLength + PayloadLength;
}
