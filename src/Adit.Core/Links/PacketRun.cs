namespace Adit.Core.Links;

/// <summary>Packets of a batch that a device takes as one. Positions are relative to the first octet of each of its packets.</summary>
public struct PacketRun
{
    /// <summary>The first packet's number in the batch.</summary>
    public int First { get; internal set; }

    /// <summary>The last packet's.</summary>
    public int Last { get; internal set; }

    /// <summary>Packets; 1 for one that stays as it is.</summary>
    public int Count { get; internal set; }

    /// <summary>Octets of link, IP and transport header; in a run of one packet that is no TCP segment, 0.</summary>
    public int HeaderLength { get; internal set; }

    /// <summary>Where the IP header begins.</summary>
    public int Network { get; internal set; }

    /// <summary>Where the transport header begins.</summary>
    public int Transport { get; internal set; }

    /// <summary>Octets of payload of all packets.</summary>
    public int Payload { get; internal set; }

    /// <summary>Octets of payload of each packet but the last, which may have fewer.</summary>
    public int SegmentSize { get; internal set; }

    /// <summary>A number that is the same for all packets of a flow; 0 where it is no TCP segment.</summary>
    public int Hash { get; internal set; }

    internal uint NextSequence { get; set; }

    internal bool IsOpen { get; set; }
}
