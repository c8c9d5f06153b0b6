namespace Adit.Wire.Mqtt;

/// <summary>CONNACK: the server's answer to CONNECT.</summary>
/// <remarks><code>
/// flags (1): session present | reason (1) | properties      MQTT 5 §3.2; MQTT 3.1.1 §3.2 has no properties, and reasons 0 to 5
/// </code></remarks>
public readonly ref struct MqttConnack
{
    // MQTT 3.1.1 §3.2.2.3, in the order of its numbers.
    private static readonly MqttReasonCode[] OldReasons =
    [
        MqttReasonCode.Success, MqttReasonCode.UnsupportedProtocolVersion, MqttReasonCode.ClientIdentifierNotValid, MqttReasonCode.ServerUnavailable, MqttReasonCode.BadUserNameOrPassword, MqttReasonCode.NotAuthorized,
    ];

    /// <summary>Whether the server had a session of this client.</summary>
    public bool SessionPresent { get; init; }

    /// <summary>Whether it is welcome, in the words of MQTT 5 whatever the version.</summary>
    public MqttReasonCode Reason { get; init; }

    /// <summary>What the server allows; empty in 3.1.1.</summary>
    public MqttProperties Properties { get; init; }

    /// <summary>Reads a packet.</summary>
    /// <param name="packet">A packet from its first octet.</param>
    /// <param name="version">What CONNECT said. A server that does not speak 5 answers in the form of 3.1.1, which is understood.</param>
    /// <param name="connack">What it says.</param>
    /// <returns>Ok, Truncated, BadLength, BadValue; Unsupported for another packet.</returns>
    public static DecodeStatus TryRead(ReadOnlySpan<byte> packet, MqttVersion version, out MqttConnack connack)
    {
        connack = default;
        DecodeStatus status = MqttReader.TryOpen(packet, MqttPacketType.ConnectAcknowledgement, out MqttFixedHeader header, out MqttReader body);
        if (status != DecodeStatus.Ok) return status;
        int flags = body.ReadByte();
        int code = body.ReadByte();
        if ((flags & ~1) != 0) body.Fail(DecodeStatus.BadValue); // §3.2.2.1
        bool isOld = version == MqttVersion.V311 || (header.RemainingLength == 2 && code is > 0 and < 0x80);
        if (isOld && code >= OldReasons.Length) body.Fail(DecodeStatus.BadValue); // 3.1.1 §3.2.2.3: reserved
        if (!isOld && code is > 0 and < 0x80) body.Fail(DecodeStatus.BadValue); // §3.2.2.2
        if (code != 0 && flags != 0) body.Fail(DecodeStatus.BadValue); // §3.2.2.1.1
        MqttProperties properties = !isOld && (header.RemainingLength > 2 || code == 0) ? MqttProperties.Read(ref body, MqttPacketType.ConnectAcknowledgement) : default;
        status = body.End();
        if (status != DecodeStatus.Ok) return status;
        connack = new MqttConnack { SessionPresent = flags != 0, Reason = isOld ? OldReasons[code] : (MqttReasonCode)code, Properties = properties };
        return DecodeStatus.Ok;
    }

    /// <summary>Octets of the packet.</summary>
    /// <param name="version">The version of the connection.</param>
    public int LengthIn(MqttVersion version) => HeaderIn(version).PacketLength;

    /// <summary>Writes it; in 3.1.1 without properties.</summary>
    /// <param name="destination">At least <see cref="LengthIn"/> octets.</param>
    /// <param name="version">The version of the connection.</param>
    /// <returns>Octets written.</returns>
    public int Write(Span<byte> destination, MqttVersion version)
    {
        MqttWriter writer = MqttWriter.Begin(destination, HeaderIn(version), "mqtt connack");
        writer.WriteByte(SessionPresent ? 1 : 0);
        if (version == MqttVersion.V5)
        {
            writer.WriteByte((int)Reason);
            writer.WriteInteger(Properties.Octets.Length);
            writer.Write(Properties.Octets);
            return writer.Written;
        }

        // A refusal that 3.1.1 has no number for must not read as a welcome.
        int old = Array.IndexOf(OldReasons, Reason);
        writer.WriteByte(old >= 0 ? old : Array.IndexOf(OldReasons, MqttReasonCode.ServerUnavailable));
        return writer.Written;
    }

    private MqttFixedHeader HeaderIn(MqttVersion version) =>
        new(MqttPacketType.ConnectAcknowledgement, 0, 2 + (version == MqttVersion.V5 ? MqttFixedHeader.IntegerLength((uint)Properties.Octets.Length) + Properties.Octets.Length : 0));
}
