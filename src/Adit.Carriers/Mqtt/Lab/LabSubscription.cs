using Adit.Wire.Mqtt;

namespace Adit.Carriers.Mqtt.Lab;

/// <summary>What a client wants.</summary>
/// <param name="Filter">Which topics, UTF-8.</param>
/// <param name="Qos">The best way in which messages come.</param>
/// <param name="NoLocal">Whether its own do not.</param>
internal sealed record LabSubscription(byte[] Filter, MqttQos Qos, bool NoLocal);
