namespace Adit.Wire.Mqtt;

/// <summary>UNSUBSCRIBE: written for one topic, read for the first of several.</summary>
/// <remarks><code>
/// packet id (2) | properties (MQTT 5) | { topic filter (2+n) }      §3.10
/// </code></remarks>
public readonly ref struct MqttUnsubscribe
{
    /// <summary>What the answer names; never 0.</summary>
    public ushort PacketId { get; init; }

    /// <summary>The topic filter.</summary>
    public ReadOnlySpan<byte> Filter { get; init; }

    /// <summary>What follows the first topic.</summary>
    public ReadOnlySpan<byte> Others { get; init; }

    /// <summary>Octets of the packet.</summary>
    /// <param name="version">The version of the connection.</param>
    public int LengthIn(MqttVersion version) => MqttWriter.HeaderOf(MqttPacketType.Unsubscribe, version, MqttWriter.TextLength(Filter)).PacketLength;

    /// <summary>Reads a packet.</summary>
    /// <param name="packet">A packet from its first octet.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="unsubscribe">What it says.</param>
    /// <returns>Ok, Truncated, BadLength, BadValue; Unsupported for another packet.</returns>
    public static DecodeStatus TryRead(ReadOnlySpan<byte> packet, MqttVersion version, out MqttUnsubscribe unsubscribe)
    {
        unsubscribe = default;
        DecodeStatus status = MqttReader.TryOpen(packet, MqttPacketType.Unsubscribe, version, out ushort id, out MqttReader body);
        if (status != DecodeStatus.Ok) return status;
        MqttUnsubscribe first = ReadOne(ref body, id);
        while (!body.Rest.IsEmpty) ReadOne(ref body, id);
        if (body.Status == DecodeStatus.Ok) unsubscribe = first;
        return body.Status;
    }

    /// <summary>Reads the next topic of the same packet.</summary>
    /// <param name="next">It, with what follows it.</param>
    /// <returns>False after the last.</returns>
    public bool TryNext(out MqttUnsubscribe next)
    {
        // The caller may take it into the very place that it asks.
        (ushort id, bool isLast) = (PacketId, Others.IsEmpty);
        var body = new MqttReader(Others);
        next = default;
        if (isLast) return false;
        next = ReadOne(ref body, id);
        return body.Status == DecodeStatus.Ok;
    }

    /// <summary>Writes it, for the one topic.</summary>
    /// <param name="destination">At least <see cref="LengthIn"/> octets.</param>
    /// <param name="version">The version of the connection.</param>
    /// <returns>Octets written.</returns>
    public int Write(Span<byte> destination, MqttVersion version)
    {
        MqttWriter writer = MqttWriter.Begin(destination, MqttPacketType.Unsubscribe, version, PacketId, MqttWriter.TextLength(Filter), "mqtt unsubscribe");
        writer.WriteText(Filter);
        return writer.Written;
    }

    private static MqttUnsubscribe ReadOne(scoped ref MqttReader body, ushort id)
    {
        ReadOnlySpan<byte> filter = body.ReadText();
        if (filter.IsEmpty) body.Fail(DecodeStatus.BadValue); // §4.7.3
        return new MqttUnsubscribe { PacketId = id, Filter = filter, Others = body.Rest };
    }
}
