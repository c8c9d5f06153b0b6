namespace Adit.Wire.Mqtt;

/// <summary>SUBSCRIBE: written for one topic, read for the first of several.</summary>
/// <remarks><code>
/// packet id (2) | properties (MQTT 5) | { topic filter (2+n) | options (1): QoS (3), No Local (4), Retain As Published (8), Retain Handling (48) }      §3.8
/// </code></remarks>
public readonly ref struct MqttSubscribe
{
    /// <summary>What the answer names; never 0.</summary>
    public ushort PacketId { get; init; }

    /// <summary>The topic filter.</summary>
    public ReadOnlySpan<byte> Filter { get; init; }

    /// <summary>The best way in which messages are to be delivered.</summary>
    public MqttQos Qos { get; init; }

    /// <summary>MQTT 5: whether what this client publishes does not come back to it.</summary>
    public bool NoLocal { get; init; }

    /// <summary>MQTT 5: 0, retained messages are sent; 2, they are not.</summary>
    public int RetainHandling { get; init; }

    /// <summary>What follows the first topic.</summary>
    public ReadOnlySpan<byte> Others { get; init; }

    /// <summary>Octets of the packet.</summary>
    /// <param name="version">The version of the connection.</param>
    public int LengthIn(MqttVersion version) => MqttWriter.HeaderOf(MqttPacketType.Subscribe, version, MqttWriter.TextLength(Filter) + 1).PacketLength;

    /// <summary>Reads a packet.</summary>
    /// <param name="packet">A packet from its first octet.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="subscribe">What it says.</param>
    /// <returns>Ok, Truncated, BadLength, BadValue; Unsupported for another packet.</returns>
    public static DecodeStatus TryRead(ReadOnlySpan<byte> packet, MqttVersion version, out MqttSubscribe subscribe)
    {
        subscribe = default;
        DecodeStatus status = MqttReader.TryOpen(packet, MqttPacketType.Subscribe, version, out ushort id, out MqttReader body);
        if (status != DecodeStatus.Ok) return status;
        MqttSubscribe first = ReadOne(ref body, version, id);
        while (!body.Rest.IsEmpty) ReadOne(ref body, version, id);
        if (body.Status == DecodeStatus.Ok) subscribe = first;
        return body.Status;
    }

    /// <summary>Reads the next topic of the same packet.</summary>
    /// <param name="version">The version of the connection.</param>
    /// <param name="next">What is said of it, with what follows it.</param>
    /// <returns>False after the last.</returns>
    public bool TryNext(MqttVersion version, out MqttSubscribe next)
    {
        // The caller may take it into the very place that it asks.
        (ushort id, bool isLast) = (PacketId, Others.IsEmpty);
        var body = new MqttReader(Others);
        next = default;
        if (isLast) return false;
        next = ReadOne(ref body, version, id);
        return body.Status == DecodeStatus.Ok;
    }

    /// <summary>Writes it, for the one topic.</summary>
    /// <param name="destination">At least <see cref="LengthIn"/> octets.</param>
    /// <param name="version">The version of the connection.</param>
    /// <returns>Octets written.</returns>
    public int Write(Span<byte> destination, MqttVersion version)
    {
        MqttWriter writer = MqttWriter.Begin(destination, MqttPacketType.Subscribe, version, PacketId, MqttWriter.TextLength(Filter) + 1, "mqtt subscribe");
        writer.WriteText(Filter);
        writer.WriteByte(version == MqttVersion.V5 ? (int)Qos | (NoLocal ? 4 : 0) | (RetainHandling << 4) : (int)Qos);
        return writer.Written;
    }

    private static MqttSubscribe ReadOne(scoped ref MqttReader body, MqttVersion version, ushort id)
    {
        ReadOnlySpan<byte> filter = body.ReadText();
        int options = body.ReadByte();
        int allowed = version == MqttVersion.V5 ? 0x3f : 3;
        if (filter.IsEmpty || (options & ~allowed) != 0 || (options & 3) == 3 || (options >> 4) == 3) body.Fail(DecodeStatus.BadValue); // §4.7.3, §3.8.3.1
        return new MqttSubscribe { PacketId = id, Filter = filter, Qos = (MqttQos)(options & 3), NoLocal = (options & 4) != 0, RetainHandling = (options >> 4) & 3, Others = body.Rest };
    }
}
