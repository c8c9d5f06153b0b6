using Adit.Core.Lifeline;

namespace Adit.Carriers.Mqtt;

/// <summary>What lifeline must know of brokers.</summary>
public static class MqttProfile
{
    /// <summary>
    /// Brokers drop in silence once a subscriber does not keep up, from some hundred messages on. So little is on its way that a subscriber which stalls finds all of it again, and what is lost all the same is
    /// sent again only after a second, lest a slow broker be sent everything twice.
    /// </summary>
    public static readonly LifelineProfile Profile = new()
    {
        Name = "mqtt",
        MinimumTimeout = 1_000_000,
        AcknowledgementDelay = 5_000,
        AcknowledgeEvery = 8,
        MostInFlight = 1024 * 1024,
        MostPackets = 256,
    };
}
