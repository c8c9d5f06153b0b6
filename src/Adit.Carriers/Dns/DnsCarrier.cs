using Adit.Core.Lifeline;

namespace Adit.Carriers.Dns;

/// <summary>What both ends of a lifeline know of DNS as a carrier.</summary>
public static class DnsCarrier
{
    /// <summary>Octets are dear, and the server can only answer; the round trip and the least timeout are those of a resolver far away.</summary>
    public static LifelineProfile Profile { get; } = new() { Name = "dns", TagLength = 8, IsSlotted = true, MinimumTimeout = 200_000 };

    /// <summary>The client's: its polls are many, and each takes an acknowledgement along; one alone would be a query more, of which resolvers may permit few.</summary>
    public static LifelineProfile ClientProfile { get; } = Profile with { AcknowledgementDelay = 20_000, AcknowledgeEvery = 32, IsUnhurried = true };

    /// <summary>The least octets up that a handshake fits into (CONFIRM, which is the longest datagram that cannot be shorter).</summary>
    public const int LeastUpstream = 90;
}
