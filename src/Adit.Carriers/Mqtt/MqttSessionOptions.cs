namespace Adit.Carriers.Mqtt;

/// <summary>What a connection to a broker is to be. Immutable.</summary>
public sealed record MqttSessionOptions
{
    /// <summary>Our identifier to the broker: 1 to 23 letters and digits are taken everywhere (MQTT 5 §3.1.3.1).</summary>
    public required string ClientId { get; init; }

    /// <summary>The user name; null for none.</summary>
    public string? User { get; init; }

    /// <summary>The password; null for none.</summary>
    public string? Password { get; init; }

    /// <summary>A topic whose retained message the broker takes away when this connection ends without a goodbye: the will (MQTT 5 §3.1.2.5); null, the default, for none.</summary>
    public string? ClearedTopic { get; init; }

    /// <summary>Silence after which the broker is asked for a sign of life, in microseconds. Default 30 s.</summary>
    public long KeepAlive { get; init; } = 30_000_000;

    /// <summary>How long the broker may take to give one, in microseconds. Default 10 s.</summary>
    public long AnswerTime { get; init; } = 10_000_000;

    /// <summary>Octets of the longest packet that is taken; longer messages are passed over. Default 70 000: the memory bound of what arrives is a few of them.</summary>
    public int LongestPacket { get; init; } = 70_000;

    /// <summary>Topic aliases that the broker may use; default 16. Each may hold a topic of up to 64 KiB.</summary>
    public ushort TopicAliases { get; init; } = 16;

    /// <summary>Messages of QoS 1 that may wait for their answer, each way; default 64, and never more than the broker takes.</summary>
    public ushort ReceiveMaximum { get; init; } = 64;

    /// <summary>MQTT 5: seconds after which the broker may throw a message away; default 30.</summary>
    public uint MessageExpiry { get; init; } = 30;
}
