namespace Adit.Wire.Mqtt;

/// <summary>The control packets (MQTT 5 §2.1.2).</summary>
public enum MqttPacketType
{
    /// <summary>CONNECT.</summary>
    Connect = 1,

    /// <summary>CONNACK.</summary>
    ConnectAcknowledgement = 2,

    /// <summary>PUBLISH.</summary>
    Publish = 3,

    /// <summary>PUBACK.</summary>
    PublishAcknowledgement = 4,

    /// <summary>PUBREC; QoS 2 only.</summary>
    PublishReceived = 5,

    /// <summary>PUBREL; QoS 2 only.</summary>
    PublishRelease = 6,

    /// <summary>PUBCOMP; QoS 2 only.</summary>
    PublishComplete = 7,

    /// <summary>SUBSCRIBE.</summary>
    Subscribe = 8,

    /// <summary>SUBACK.</summary>
    SubscribeAcknowledgement = 9,

    /// <summary>UNSUBSCRIBE.</summary>
    Unsubscribe = 10,

    /// <summary>UNSUBACK.</summary>
    UnsubscribeAcknowledgement = 11,

    /// <summary>PINGREQ.</summary>
    PingRequest = 12,

    /// <summary>PINGRESP.</summary>
    PingResponse = 13,

    /// <summary>DISCONNECT.</summary>
    Disconnect = 14,

    /// <summary>AUTH; MQTT 5 only.</summary>
    Authentication = 15,
}
