namespace Adit.Wire.Mqtt;

/// <summary>PUBLISH: a message, in either direction.</summary>
/// <remarks><code>
/// flags of the header: DUP (8) | QoS (6) | RETAIN (1)
/// topic (2+n) | [ packet id (2), with QoS 1 and 2 ] | properties (MQTT 5) | payload, to the end      §3.3
/// </code></remarks>
public readonly ref struct MqttPublish
{
    /// <summary>The topic; empty where an alias stands for it.</summary>
    public ReadOnlySpan<byte> Topic { get; init; }

    /// <summary>What it says.</summary>
    public ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>How it is delivered.</summary>
    public MqttQos Qos { get; init; }

    /// <summary>Whether the server keeps it for those who subscribe later; or that it was kept.</summary>
    public bool Retain { get; init; }

    /// <summary>Whether it was perhaps sent before.</summary>
    public bool Duplicate { get; init; }

    /// <summary>What the answer names; with QoS 1 and 2 never 0.</summary>
    public ushort PacketId { get; init; }

    /// <summary>MQTT 5: a number for the topic; 0 for none.</summary>
    public ushort TopicAlias { get; init; }

    /// <summary>MQTT 5: seconds after which it is of no use; 0 for none.</summary>
    public uint MessageExpiry { get; init; }

    /// <summary>Octets of the packet.</summary>
    /// <param name="version">The version of the connection.</param>
    public int LengthIn(MqttVersion version) => HeaderIn(version, Payload.Length).PacketLength;

    /// <summary>Octets in front of the payload at most, for a topic.</summary>
    /// <param name="topicLength">Octets of the topic.</param>
    public static int OverheadOf(int topicLength) => MqttFixedHeader.LongestLength + 2 + topicLength + 2 + 1 + 3 + 5;

    /// <summary>Reads a packet.</summary>
    /// <param name="packet">A packet from its first octet.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="publish">What it says.</param>
    /// <returns>Ok, Truncated, BadLength, BadValue; Unsupported for another packet.</returns>
    public static DecodeStatus TryRead(ReadOnlySpan<byte> packet, MqttVersion version, out MqttPublish publish)
    {
        publish = default;
        DecodeStatus status = MqttReader.TryOpen(packet, MqttPacketType.Publish, out MqttFixedHeader header, out MqttReader body);
        if (status != DecodeStatus.Ok) return status;
        var qos = (MqttQos)((header.Flags >> 1) & 3);
        ReadOnlySpan<byte> topic = body.ReadText();
        ushort id = qos == MqttQos.AtMostOnce ? (ushort)0 : body.ReadUInt16();
        if (qos != MqttQos.AtMostOnce && id == 0) body.Fail(DecodeStatus.BadValue); // §2.2.1
        MqttProperties properties = version == MqttVersion.V5 ? MqttProperties.Read(ref body, MqttPacketType.Publish) : default;
        ReadOnlySpan<byte> payload = body.Rest;
        if (body.Status != DecodeStatus.Ok) return body.Status;
        var alias = (ushort)properties.Find(MqttPropertyId.TopicAlias);
        if (topic.IsEmpty ? alias == 0 : !MqttTopicName.IsName(topic)) return DecodeStatus.BadValue; // §3.3.2.1
        publish = new MqttPublish
        {
            Topic = topic,
            Payload = payload,
            Qos = qos,
            Retain = (header.Flags & 1) != 0,
            Duplicate = (header.Flags & 8) != 0,
            PacketId = id,
            TopicAlias = alias,
            MessageExpiry = properties.Find(MqttPropertyId.MessageExpiryInterval),
        };
        return DecodeStatus.Ok;
    }

    /// <summary>Writes it.</summary>
    /// <param name="destination">At least <see cref="LengthIn"/> octets.</param>
    /// <param name="version">The version of the connection.</param>
    /// <returns>Octets written.</returns>
    public int Write(Span<byte> destination, MqttVersion version)
    {
        WireRoom.Require(destination, LengthIn(version), "mqtt publish");
        int head = WriteHead(destination, version, Payload.Length);
        Payload.CopyTo(destination[head..]);
        return head + Payload.Length;
    }

    /// <summary>Writes all but the payload, which the caller puts behind it.</summary>
    /// <param name="destination">Room for head and payload.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="payloadLength">Octets of the payload, in place of <see cref="Payload"/>.</param>
    /// <returns>Octets written.</returns>
    public int WriteHead(Span<byte> destination, MqttVersion version, int payloadLength)
    {
        MqttWriter writer = MqttWriter.Begin(destination, HeaderIn(version, payloadLength), "mqtt publish");
        writer.WriteText(Topic);
        if (Qos != MqttQos.AtMostOnce) writer.WriteUInt16(PacketId);
        if (version == MqttVersion.V5)
        {
            writer.WriteByte(PropertiesLength);
            if (MessageExpiry != 0)
            {
                writer.WriteByte((int)MqttPropertyId.MessageExpiryInterval);
                writer.WriteUInt32(MessageExpiry);
            }

            if (TopicAlias != 0)
            {
                writer.WriteByte((int)MqttPropertyId.TopicAlias);
                writer.WriteUInt16(TopicAlias);
            }
        }

        return writer.Written;
    }

    private int PropertiesLength => (MessageExpiry != 0 ? 5 : 0) + (TopicAlias != 0 ? 3 : 0);

    private MqttFixedHeader HeaderIn(MqttVersion version, int payloadLength)
    {
        int flags = (Duplicate ? 8 : 0) | ((int)Qos << 1) | (Retain ? 1 : 0);
        int length = MqttWriter.TextLength(Topic) + (Qos == MqttQos.AtMostOnce ? 0 : 2) + (version == MqttVersion.V5 ? 1 + PropertiesLength : 0) + payloadLength;
        return new MqttFixedHeader(MqttPacketType.Publish, (byte)flags, length);
    }
}
