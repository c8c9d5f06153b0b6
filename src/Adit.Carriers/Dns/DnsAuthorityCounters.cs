namespace Adit.Carriers.Dns;

/// <summary>What a <see cref="DnsAuthority"/> did so far.</summary>
public sealed record DnsAuthorityCounters
{
    /// <summary>Messages that came.</summary>
    public long Received { get; internal set; }

    /// <summary>Messages without an answer: responses, what is too short for a header, askers beyond the limit.</summary>
    public long Dropped { get; internal set; }

    /// <summary>Payloads that the handler took.</summary>
    public long Payloads { get; internal set; }

    /// <summary>Payloads that the handler refused, and names that are none.</summary>
    public long Refused { get; internal set; }

    /// <summary>Minimised queries, and others below a zone that carry nothing.</summary>
    public long Minimised { get; internal set; }

    /// <summary>Queries for names of other zones.</summary>
    public long Foreign { get; internal set; }

    /// <summary>Answers that were said again.</summary>
    public long Replayed { get; internal set; }

    /// <summary>Queries that came again while they were held.</summary>
    public long RepeatedWhileHeld { get; internal set; }

    /// <summary>Answers cut with TC, jumbo's first half among them.</summary>
    public long Truncated { get; internal set; }
}
