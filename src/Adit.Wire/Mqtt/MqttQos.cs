namespace Adit.Wire.Mqtt;

/// <summary>How a message is delivered (MQTT 5 §4.3).</summary>
public enum MqttQos
{
    /// <summary>At most once: no answer.</summary>
    AtMostOnce = 0,

    /// <summary>At least once: answered by PUBACK.</summary>
    AtLeastOnce = 1,

    /// <summary>Exactly once: PUBREC, PUBREL, PUBCOMP. Nothing here asks for it.</summary>
    ExactlyOnce = 2,
}
