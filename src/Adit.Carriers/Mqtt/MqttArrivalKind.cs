namespace Adit.Carriers.Mqtt;

/// <summary>What a packet from a broker means.</summary>
public enum MqttArrivalKind
{
    /// <summary>Nothing that anybody must know.</summary>
    None,

    /// <summary>The broker answered CONNECT.</summary>
    Connected,

    /// <summary>A message.</summary>
    Message,

    /// <summary>A message that the topic retained; where it was not asked for, of no meaning: nothing of a path is ever retained.</summary>
    Retained,

    /// <summary>The broker answered a message of QoS 1.</summary>
    Acknowledged,

    /// <summary>The broker answered SUBSCRIBE.</summary>
    Subscribed,

    /// <summary>The broker has ended the connection, and said why.</summary>
    Disconnected,
}
