namespace Adit.Wire.Mqtt;

/// <summary>SUBACK, or UNSUBACK, which is alike: what became of each topic filter.</summary>
/// <remarks><code>
/// packet id (2) | properties (MQTT 5) | reasons (1 each)      §3.9, §3.11; UNSUBACK of MQTT 3.1.1 (§3.11) has the packet id alone
/// </code></remarks>
public readonly ref struct MqttSuback
{
    /// <summary>Whether it is UNSUBACK.</summary>
    public bool IsUnsuback { get; init; }

    /// <summary>What it answers.</summary>
    public ushort PacketId { get; init; }

    /// <summary>An octet for each filter, a <see cref="MqttReasonCode"/> each.</summary>
    public ReadOnlySpan<byte> Reasons { get; init; }

    /// <summary>The first of them; success where there is none.</summary>
    public MqttReasonCode Reason => Reasons.IsEmpty ? MqttReasonCode.Success : (MqttReasonCode)Reasons[0];

    /// <summary>Reads a packet.</summary>
    /// <param name="packet">A packet from its first octet.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="suback">What it says.</param>
    /// <returns>Ok, Truncated, BadLength, BadValue; Unsupported for another packet.</returns>
    public static DecodeStatus TryRead(ReadOnlySpan<byte> packet, MqttVersion version, out MqttSuback suback)
    {
        suback = default;
        bool isUnsuback = packet.Length > 0 && (MqttPacketType)(packet[0] >> 4) == MqttPacketType.UnsubscribeAcknowledgement;
        MqttPacketType type = isUnsuback ? MqttPacketType.UnsubscribeAcknowledgement : MqttPacketType.SubscribeAcknowledgement;
        DecodeStatus status = MqttReader.TryOpen(packet, type, version, out ushort id, out MqttReader body);
        if (status != DecodeStatus.Ok) return status;
        ReadOnlySpan<byte> reasons = body.Rest;
        bool hasNone = isUnsuback && version == MqttVersion.V311;
        if (hasNone != reasons.IsEmpty) return DecodeStatus.BadLength; // §3.9.3, §3.11.3
        foreach (byte reason in reasons)
        {
            // §3.9.3: granted QoS, or a failure; 3.1.1 §3.9.3 knows one failure. §3.11.3: success, or that there was none.
            bool isAllowed = isUnsuback ? reason is 0 or 0x11 or >= 0x80 : version == MqttVersion.V311 ? reason is <= 2 or 0x80 : reason is <= 2 or >= 0x80;
            if (!isAllowed) return DecodeStatus.BadValue;
        }

        suback = new MqttSuback { IsUnsuback = isUnsuback, PacketId = id, Reasons = reasons };
        return DecodeStatus.Ok;
    }

    /// <summary>Writes it.</summary>
    /// <param name="destination">At least 8 octets and one for each reason.</param>
    /// <param name="version">The version of the connection.</param>
    /// <returns>Octets written.</returns>
    public int Write(Span<byte> destination, MqttVersion version)
    {
        MqttPacketType type = IsUnsuback ? MqttPacketType.UnsubscribeAcknowledgement : MqttPacketType.SubscribeAcknowledgement;
        ReadOnlySpan<byte> reasons = IsUnsuback && version == MqttVersion.V311 ? default : Reasons;
        MqttWriter writer = MqttWriter.Begin(destination, new MqttFixedHeader(type, 0, 2 + (version == MqttVersion.V5 ? 1 : 0) + reasons.Length), "mqtt suback");
        writer.WriteUInt16(PacketId);
        if (version == MqttVersion.V5) writer.WriteByte(0);
        writer.Write(reasons);
        return writer.Written;
    }
}
