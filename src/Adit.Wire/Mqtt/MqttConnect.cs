namespace Adit.Wire.Mqtt;

/// <summary>CONNECT: the first packet of a client.</summary>
/// <remarks><code>
/// "MQTT" (2+4) | level (1) | flags (1) | keep-alive (2) | properties | client id | [ will properties | will topic | will payload ] | [ user ] | [ password ]      MQTT 5 §3.1
/// </code></remarks>
public readonly ref struct MqttConnect
{
    private const byte CleanFlag = 2, WillFlag = 4, WillRetainFlag = 32, PasswordFlag = 64, UserFlag = 128;

    /// <summary>The level.</summary>
    public MqttVersion Version { get; init; }

    /// <summary>Whether a session that the server still has of this client is thrown away; here always.</summary>
    public bool CleanStart { get; init; }

    /// <summary>Seconds after which the client is not silent; 0 for no limit.</summary>
    public ushort KeepAlive { get; init; }

    /// <summary>The client's identifier, UTF-8.</summary>
    public ReadOnlySpan<byte> ClientId { get; init; }

    /// <summary>Whether there is a user name.</summary>
    public bool HasUser { get; init; }

    /// <summary>The user name, UTF-8.</summary>
    public ReadOnlySpan<byte> User { get; init; }

    /// <summary>Whether there is a password.</summary>
    public bool HasPassword { get; init; }

    /// <summary>The password.</summary>
    public ReadOnlySpan<byte> Password { get; init; }

    /// <summary>Where the will goes; empty for no will.</summary>
    public ReadOnlySpan<byte> WillTopic { get; init; }

    /// <summary>What the will says.</summary>
    public ReadOnlySpan<byte> WillPayload { get; init; }

    /// <summary>Whether the will is retained.</summary>
    public bool WillRetain { get; init; }

    /// <summary>How the will is delivered.</summary>
    public MqttQos WillQos { get; init; }

    /// <summary>MQTT 5: messages of QoS 1 and 2 that the server may send without an answer; 0 for its default, 65535.</summary>
    public ushort ReceiveMaximum { get; init; }

    /// <summary>MQTT 5: octets of the longest packet that the server may send; 0 for any.</summary>
    public uint MaximumPacketSize { get; init; }

    /// <summary>MQTT 5: topic aliases that the server may use.</summary>
    public ushort TopicAliasMaximum { get; init; }

    private int PropertiesLength => (ReceiveMaximum != 0 ? 3 : 0) + (MaximumPacketSize != 0 ? 5 : 0) + (TopicAliasMaximum != 0 ? 3 : 0);

    private MqttFixedHeader Header
    {
        get
        {
            int length = 10 + (Version == MqttVersion.V5 ? 1 + PropertiesLength : 0) + MqttWriter.TextLength(ClientId);
            if (!WillTopic.IsEmpty) length += (Version == MqttVersion.V5 ? 1 : 0) + MqttWriter.TextLength(WillTopic) + MqttWriter.TextLength(WillPayload);
            if (HasUser) length += MqttWriter.TextLength(User);
            if (HasPassword) length += MqttWriter.TextLength(Password);
            return new MqttFixedHeader(MqttPacketType.Connect, 0, length);
        }
    }

    /// <summary>Octets of the packet.</summary>
    public int Length => Header.PacketLength;

    /// <summary>Reads a packet.</summary>
    /// <param name="packet">A packet from its first octet.</param>
    /// <param name="connect">What it says; what properties it has beyond those above is judged and not kept.</param>
    /// <returns>Ok, Truncated, BadLength, BadValue; Unsupported for another packet or level.</returns>
    public static DecodeStatus TryRead(ReadOnlySpan<byte> packet, out MqttConnect connect)
    {
        connect = default;
        DecodeStatus status = MqttReader.TryOpen(packet, MqttPacketType.Connect, out _, out MqttReader body);
        if (status != DecodeStatus.Ok) return status;
        ReadOnlySpan<byte> name = body.ReadText();
        var version = (MqttVersion)body.ReadByte();
        if (body.Status == DecodeStatus.Ok && (!name.SequenceEqual("MQTT"u8) || version is not (MqttVersion.V311 or MqttVersion.V5))) return DecodeStatus.Unsupported; // §3.1.2.1, §3.1.2.2
        int flags = body.ReadByte();
        bool hasWill = (flags & WillFlag) != 0;
        int qos = (flags >> 3) & 3;
        if ((flags & 1) != 0 || qos == 3 || (!hasWill && (flags & 56) != 0)) body.Fail(DecodeStatus.BadValue); // §3.1.2.3, §3.1.2.6, §3.1.2.7
        if (version == MqttVersion.V311 && (flags & (UserFlag | PasswordFlag)) == PasswordFlag) body.Fail(DecodeStatus.BadValue); // 3.1.1 §3.1.2.9
        ushort keepAlive = body.ReadUInt16();
        MqttProperties properties = version == MqttVersion.V5 ? MqttProperties.Read(ref body, MqttPacketType.Connect) : default;
        ReadOnlySpan<byte> clientId = body.ReadText();
        if (hasWill && version == MqttVersion.V5) _ = MqttProperties.Read(ref body, MqttPacketType.Connect, isWill: true);
        ReadOnlySpan<byte> willTopic = hasWill ? body.ReadText() : default;
        if (hasWill && !MqttTopicName.IsName(willTopic)) body.Fail(DecodeStatus.BadValue); // §3.1.3.3, §4.7.1
        ReadOnlySpan<byte> willPayload = hasWill ? body.ReadBinary() : default;
        ReadOnlySpan<byte> user = (flags & UserFlag) != 0 ? body.ReadText() : default;
        ReadOnlySpan<byte> password = (flags & PasswordFlag) != 0 ? body.ReadBinary() : default;
        status = body.End();
        if (status != DecodeStatus.Ok) return status;
        connect = new MqttConnect
        {
            Version = version,
            CleanStart = (flags & CleanFlag) != 0,
            KeepAlive = keepAlive,
            ClientId = clientId,
            HasUser = (flags & UserFlag) != 0,
            User = user,
            HasPassword = (flags & PasswordFlag) != 0,
            Password = password,
            WillTopic = willTopic,
            WillPayload = willPayload,
            WillRetain = (flags & WillRetainFlag) != 0,
            WillQos = (MqttQos)qos,
            ReceiveMaximum = (ushort)properties.Find(MqttPropertyId.ReceiveMaximum),
            MaximumPacketSize = properties.Find(MqttPropertyId.MaximumPacketSize),
            TopicAliasMaximum = (ushort)properties.Find(MqttPropertyId.TopicAliasMaximum),
        };
        return DecodeStatus.Ok;
    }

    /// <summary>Writes it.</summary>
    /// <param name="destination">At least <see cref="Length"/> octets.</param>
    /// <returns>Octets written.</returns>
    public int Write(Span<byte> destination)
    {
        MqttWriter writer = MqttWriter.Begin(destination, Header, "mqtt connect");
        writer.WriteText("MQTT"u8);
        writer.WriteByte((int)Version);
        int flags = CleanStart ? CleanFlag : 0;
        if (!WillTopic.IsEmpty) flags |= WillFlag | ((int)WillQos << 3) | (WillRetain ? WillRetainFlag : 0);
        writer.WriteByte(flags | (HasUser ? UserFlag : 0) | (HasPassword ? PasswordFlag : 0));
        writer.WriteUInt16(KeepAlive);
        if (Version == MqttVersion.V5) WriteProperties(ref writer);
        writer.WriteText(ClientId);
        if (!WillTopic.IsEmpty)
        {
            if (Version == MqttVersion.V5) writer.WriteByte(0);
            writer.WriteText(WillTopic);
            writer.WriteText(WillPayload);
        }

        if (HasUser) writer.WriteText(User);
        if (HasPassword) writer.WriteText(Password);
        return writer.Written;
    }

    private void WriteProperties(ref MqttWriter writer)
    {
        writer.WriteByte(PropertiesLength);
        if (ReceiveMaximum != 0)
        {
            writer.WriteByte((int)MqttPropertyId.ReceiveMaximum);
            writer.WriteUInt16(ReceiveMaximum);
        }

        if (MaximumPacketSize != 0)
        {
            writer.WriteByte((int)MqttPropertyId.MaximumPacketSize);
            writer.WriteUInt32(MaximumPacketSize);
        }

        if (TopicAliasMaximum == 0) return;
        writer.WriteByte((int)MqttPropertyId.TopicAliasMaximum);
        writer.WriteUInt16(TopicAliasMaximum);
    }
}
