namespace Adit.Wire.Mqtt;

/// <summary>DISCONNECT: the last packet of a client; in MQTT 5 also of a server, which says why.</summary>
/// <remarks><code>
/// [ reason (1) | [ properties ] ]      MQTT 5 §3.14; MQTT 3.1.1 §3.14 has nothing, and only clients send it
/// </code></remarks>
public readonly record struct MqttDisconnect(MqttReasonCode Reason)
{
    /// <summary>Octets of the longest that is written.</summary>
    public const int LongestLength = 3;

    /// <summary>Reads a packet.</summary>
    /// <param name="packet">A packet from its first octet.</param>
    /// <param name="version">The version of the connection.</param>
    /// <param name="disconnect">What it says.</param>
    /// <returns>Ok, Truncated, BadLength, BadValue; Unsupported for another packet.</returns>
    public static DecodeStatus TryRead(ReadOnlySpan<byte> packet, MqttVersion version, out MqttDisconnect disconnect)
    {
        disconnect = default;
        DecodeStatus status = MqttReader.TryOpen(packet, MqttPacketType.Disconnect, out _, out MqttReader body);
        if (status != DecodeStatus.Ok) return status;
        var reason = MqttReasonCode.Success;
        if (version == MqttVersion.V5 && !body.Rest.IsEmpty) reason = (MqttReasonCode)body.ReadByte(); // §3.14.2.1
        if (version == MqttVersion.V5 && !body.Rest.IsEmpty) _ = MqttProperties.Read(ref body, MqttPacketType.Disconnect); // §3.14.2.2
        status = body.End();
        if (status == DecodeStatus.Ok) disconnect = new MqttDisconnect(reason);
        return status;
    }

    /// <summary>Writes it.</summary>
    /// <param name="destination">At least <see cref="LongestLength"/> octets.</param>
    /// <param name="version">The version of the connection.</param>
    /// <returns>Octets written.</returns>
    public int Write(Span<byte> destination, MqttVersion version)
    {
        bool says = version == MqttVersion.V5 && Reason != MqttReasonCode.Success;
        MqttWriter writer = MqttWriter.Begin(destination, new MqttFixedHeader(MqttPacketType.Disconnect, 0, says ? 1 : 0), "mqtt disconnect");
        if (says) writer.WriteByte((int)Reason);
        return writer.Written;
    }
}
