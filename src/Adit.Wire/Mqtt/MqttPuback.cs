namespace Adit.Wire.Mqtt;

/// <summary>PUBACK: the answer to a message of QoS 1.</summary>
/// <remarks><code>
/// packet id (2) | [ reason (1) | [ properties ] ]      MQTT 5 §3.4; MQTT 3.1.1 §3.4 has the packet id alone
/// </code></remarks>
public readonly record struct MqttPuback(ushort PacketId, MqttReasonCode Reason)
{
    /// <summary>Octets of the longest that is written.</summary>
    public const int LongestLength = 5;

    /// <summary>Reads a packet.</summary>
    /// <param name="packet">A packet from its first octet.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="puback">What it says.</param>
    /// <returns>Ok, Truncated, BadLength, BadValue; Unsupported for another packet.</returns>
    public static DecodeStatus TryRead(ReadOnlySpan<byte> packet, MqttVersion version, out MqttPuback puback)
    {
        puback = default;
        DecodeStatus status = MqttReader.TryOpen(packet, MqttPacketType.PublishAcknowledgement, out _, out MqttReader body);
        if (status != DecodeStatus.Ok) return status;
        ushort id = body.ReadUInt16();
        if (id == 0) body.Fail(DecodeStatus.BadValue); // §2.2.1
        var reason = MqttReasonCode.Success;
        if (version == MqttVersion.V5 && !body.Rest.IsEmpty) reason = (MqttReasonCode)body.ReadByte(); // §3.4.2.1
        if (version == MqttVersion.V5 && !body.Rest.IsEmpty) _ = MqttProperties.Read(ref body, MqttPacketType.PublishAcknowledgement); // §3.4.2.2
        status = body.End();
        if (status == DecodeStatus.Ok) puback = new MqttPuback(id, reason);
        return status;
    }

    /// <summary>Writes it.</summary>
    /// <param name="destination">At least <see cref="LongestLength"/> octets.</param>
    /// <param name="version">The version of the connection; 3.1.1 has no reasons.</param>
    /// <returns>Octets written.</returns>
    public int Write(Span<byte> destination, MqttVersion version)
    {
        bool says = version == MqttVersion.V5 && Reason != MqttReasonCode.Success;
        MqttWriter writer = MqttWriter.Begin(destination, new MqttFixedHeader(MqttPacketType.PublishAcknowledgement, 0, says ? 3 : 2), "mqtt puback");
        writer.WriteUInt16(PacketId);
        if (says) writer.WriteByte((int)Reason);
        return writer.Written;
    }
}
