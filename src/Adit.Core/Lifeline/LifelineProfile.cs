namespace Adit.Core.Lifeline;

/// <summary>What a carrier can do, as far as lifeline must know. Immutable; both sides have the same for a carrier, but for how they acknowledge. Times are in microseconds.</summary>
public sealed record LifelineProfile
{
    /// <summary>The carrier's name, for messages.</summary>
    public required string Name { get; init; }

    /// <summary>Octets of an authentication tag: 16, or 8 where octets are dear.</summary>
    public int TagLength { get; init; } = 16;

    /// <summary>The least time after which an unanswered packet is taken for lost. Default 200 ms.</summary>
    public long MinimumTimeout { get; init; } = 200_000;

    /// <summary>The round trip that is assumed before one was measured. Default 300 ms.</summary>
    public long InitialRoundTrip { get; init; } = 300_000;

    /// <summary>How long an acknowledgement waits for company. Default 5 ms.</summary>
    public long AcknowledgementDelay { get; init; } = 5_000;

    /// <summary>Packets that ask for an acknowledgement, after which one is due at once. Default 2.</summary>
    public int AcknowledgeEvery { get; init; } = 2;

    /// <summary>Whether what comes out of order is acknowledged no sooner: what goes anyway takes acknowledgements along soon enough, and one that goes alone is dear. Default false.</summary>
    public bool IsUnhurried { get; init; }

    /// <summary>Octets that may be on their way at most. Default 4 MiB.</summary>
    public int MostInFlight { get; init; } = 4 * 1024 * 1024;

    /// <summary>Packets that may be on their way at most. Default 4096.</summary>
    public int MostPackets { get; init; } = 4096;

    /// <summary>Whether the carrier delivers all, in order, or breaks: then nothing is ever sent again on the same path.</summary>
    public bool IsReliable { get; init; }

    /// <summary>Whether the server can only answer. Then its packets are no reason to time out: it sends when it is asked.</summary>
    public bool IsSlotted { get; init; }

    /// <summary>How often an idle path is asked for a sign of life. Default 15 s; 0 for never.</summary>
    public long KeepAlive { get; init; } = 15_000_000;

    /// <summary>Whether each datagram costs money or minutes: then the end is said once, and what runs above should be sparing with octets. Default false.</summary>
    public bool IsDear { get; init; }
}
