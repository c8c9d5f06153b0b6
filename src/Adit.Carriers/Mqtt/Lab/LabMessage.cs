using Adit.Wire.Mqtt;

namespace Adit.Carriers.Mqtt.Lab;

/// <summary>A message that is kept: a client's will, or what a topic retains.</summary>
/// <param name="Topic">Its topic, UTF-8.</param>
/// <param name="Payload">What it says.</param>
/// <param name="Qos">How it was published.</param>
/// <param name="Retain">Whether the topic retains it.</param>
internal sealed record LabMessage(byte[] Topic, byte[] Payload, MqttQos Qos, bool Retain)
{
    /// <summary>The message as it is published.</summary>
    public MqttPublish ToPublish() => new() { Topic = Topic, Payload = Payload, Qos = Qos, Retain = Retain };
}
