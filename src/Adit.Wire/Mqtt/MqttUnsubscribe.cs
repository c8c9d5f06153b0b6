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
    public int LengthIn(MqttVersion version) => HeaderIn(version).PacketLength;

    /// <summary>Reads a packet.</summary>
    /// <param name="packet">A packet from its first octet.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="unsubscribe">What it says.</param>
    /// <returns>Ok, Truncated, BadLength, BadValue; Unsupported for another packet.</returns>
    public static DecodeStatus TryRead(ReadOnlySpan<byte> packet, MqttVersion version, out MqttUnsubscribe unsubscribe)
    {
        unsubscribe = default;
        DecodeStatus status = MqttReader.TryOpen(packet, MqttPacketType.Unsubscribe, out _, out MqttReader body);
        if (status != DecodeStatus.Ok) return status;
        ushort id = body.ReadUInt16();
        if (id == 0) body.Fail(DecodeStatus.BadValue); // §2.2.1
        if (version == MqttVersion.V5) _ = MqttProperties.Read(ref body, MqttPacketType.Unsubscribe);
        ReadOnlySpan<byte> first = body.ReadText();
        if (first.IsEmpty) body.Fail(DecodeStatus.BadValue); // §4.7.3
        ReadOnlySpan<byte> others = body.Rest;
        while (!body.Rest.IsEmpty && !body.ReadText().IsEmpty)
        {
        }

        status = body.End();
        if (status == DecodeStatus.Ok) unsubscribe = new MqttUnsubscribe { PacketId = id, Filter = first, Others = others };
        return status;
    }

    /// <summary>Writes it, for the one topic.</summary>
    /// <param name="destination">At least <see cref="LengthIn"/> octets.</param>
    /// <param name="version">The version of the connection.</param>
    /// <returns>Octets written.</returns>
    public int Write(Span<byte> destination, MqttVersion version)
    {
        MqttWriter writer = MqttWriter.Begin(destination, HeaderIn(version), "mqtt unsubscribe");
        writer.WriteUInt16(PacketId);
        if (version == MqttVersion.V5) writer.WriteByte(0);
        writer.WriteText(Filter);
        return writer.Written;
    }

    private MqttFixedHeader HeaderIn(MqttVersion version) =>
        new(MqttPacketType.Unsubscribe, MqttFixedHeader.FlagsOf(MqttPacketType.Unsubscribe), 2 + (version == MqttVersion.V5 ? 1 : 0) + MqttWriter.TextLength(Filter));
}
