namespace Adit.Gateway.Status;

/// <summary>What went one way. Immutable.</summary>
public sealed record LinkFlow
{
    /// <summary>Packets; a super-packet is one.</summary>
    public long Packets { get; init; }

    /// <summary>Packets as a network sees them: the segments of super-packets each.</summary>
    public long Segments { get; init; }

    /// <summary>Octets of the packets.</summary>
    public long Octets { get; init; }

    /// <summary>Batches: what one look at the link, or one system call, moved.</summary>
    public long Batches { get; init; }

    /// <summary>Segments in a batch, on average; 0 before the first. Near 1 under load: offloads do not work on this path.</summary>
    public double SegmentsPerBatch { get; init; }

    internal static LinkFlow Of(long packets, long segments, long octets, long batches) => new()
    {
        Packets = packets, Segments = segments, Octets = octets, Batches = batches, SegmentsPerBatch = batches == 0 ? 0 : Math.Round((double)segments / batches, 2),
    };
}
