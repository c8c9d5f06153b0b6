using Adit.Wire.Mqtt;

namespace Adit.Carriers.Mqtt;

/// <summary>What came from a broker. Valid until more is received.</summary>
public readonly ref struct MqttArrival
{
    /// <summary>What it is.</summary>
    public MqttArrivalKind Kind { get; init; }

    /// <summary>How it went; with a message of no meaning.</summary>
    public MqttReasonCode Reason { get; init; }

    /// <summary>A message's topic, UTF-8.</summary>
    public ReadOnlySpan<byte> Topic { get; init; }

    /// <summary>What a message says.</summary>
    public ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>Which topic was subscribed, or published to.</summary>
    public string? Name { get; init; }
}
