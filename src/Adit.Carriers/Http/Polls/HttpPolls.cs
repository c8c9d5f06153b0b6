using Adit.Core.Lifeline;

namespace Adit.Carriers.Http.Polls;

/// <summary>What both ends of the long-polls agree on. All ours.</summary>
public static class HttpPolls
{
    /// <summary>Requests under way at once, at most.</summary>
    public const int Slots = 8;

    /// <summary>Requests that the gateway holds when it has nothing to say; a further one releases the oldest, so that a client always has connections to speak on.</summary>
    public const int Held = 4;

    /// <summary>How long the gateway holds one. Proxies give up after 30 s or more.</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromSeconds(20);

    /// <summary>
    /// What it can do: 4 MiB on their way are 40 MB/s over 100 ms. Answers wait for requests and requests overtake one another, so acknowledgements come in batches.
    /// </summary>
    public static readonly LifelineProfile Profile = new()
    {
        Name = "long-polls",
        MinimumTimeout = 1_000_000,
        InitialRoundTrip = 500_000,
        AcknowledgementDelay = 20_000,
        AcknowledgeEvery = 8,
        MostInFlight = 4 * 1024 * 1024,
        MostPackets = 4096,
        KeepAlive = 30_000_000,
    };
}
