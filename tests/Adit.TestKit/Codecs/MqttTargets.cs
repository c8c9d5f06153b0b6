using Adit.Carriers.Mqtt;
using Adit.Wire;
using Adit.Wire.Mqtt;

namespace Adit.TestKit.Codecs;

/// <summary>Everything of MQTT that takes octets from a broker, or would from a client.</summary>
public static class MqttTargets
{
    /// <summary>Packets of MQTT 5, as mosquitto and paho write them, and by the specification's figures.</summary>
    public static IReadOnlyDictionary<string, byte[]> V5 { get; } = new Dictionary<string, byte[]>
    {
        ["connect"] = Octets.Of("10 27 0004 'MQTT' 05 c2 001e 0b 21 0040 27 00011170 22 0010 0003 'abc' 0002 'me' 0006 's3cret'"),
        ["connect with a will"] = Octets.Of("10 18 0004 'MQTT' 05 26 003c 00 0001 'c' 00 0003 'w/t' 0002 'by'"),
        ["connack"] = Octets.Of("20 0e 00 00 0b 22 000a 21 0014 27 00010000"),
        ["connack refused"] = Octets.Of("20 03 00 87 00"),
        ["connack of an older server"] = Octets.Of("20 02 00 01"),
        ["publish"] = Octets.Of("30 12 0003 'a/b' 08 02 0000001e 23 0001 'data'"),
        ["publish by alias, QoS 1"] = Octets.Of("32 0b 0000 0007 03 23 0001 'hey'"),
        ["puback"] = Octets.Of("40 02 0007"),
        ["puback with a reason"] = Octets.Of("40 04 0007 10 00"),
        ["subscribe"] = Octets.Of("82 09 0001 00 0003 'a/b' 25"),
        ["subscribe to several"] = Octets.Of("82 0f 0001 00 0003 'a/b' 01 0003 'c/#' 00"),
        ["suback"] = Octets.Of("90 04 0001 00 01"),
        ["unsubscribe"] = Octets.Of("a2 08 0002 00 0003 'a/b'"),
        ["unsubscribe from several"] = Octets.Of("a2 0d 0002 00 0003 'a/b' 0003 'c/#'"),
        ["unsuback"] = Octets.Of("b0 04 0002 00 11"),
        ["pingreq"] = Octets.Of("c0 00"),
        ["pingresp"] = Octets.Of("d0 00"),
        ["disconnect"] = Octets.Of("e0 00"),
        ["disconnect with a reason"] = Octets.Of("e0 01 8b"),
    };

    /// <summary>Packets of MQTT 3.1.1.</summary>
    public static IReadOnlyDictionary<string, byte[]> V311 { get; } = new Dictionary<string, byte[]>
    {
        ["connect"] = Octets.Of("10 0d 0004 'MQTT' 04 02 003c 0001 'c'"),
        ["connack"] = Octets.Of("20 02 00 00"),
        ["connack refused"] = Octets.Of("20 02 00 05"),
        ["publish"] = Octets.Of("30 09 0003 'a/b' 'data'"),
        ["publish, QoS 1"] = Octets.Of("3a 0b 0003 'a/b' 0007 'data'"),
        ["puback"] = Octets.Of("40 02 0007"),
        ["subscribe"] = Octets.Of("82 08 0001 0003 'a/b' 01"),
        ["suback"] = Octets.Of("90 03 0001 80"),
        ["unsubscribe"] = Octets.Of("a2 07 0002 0003 'a/b'"),
        ["unsuback"] = Octets.Of("b0 02 0002"),
        ["disconnect"] = Octets.Of("e0 00"),
    };

    /// <summary>The targets: each codec in both versions, and a session that a broker says anything to.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("mqtt-packet", [.. V5.Values, .. V311.Values], input =>
        {
            foreach (MqttVersion version in (MqttVersion[])[MqttVersion.V311, MqttVersion.V5]) _ = Read(input, version, new byte[input.Length + 64]);
        }),
        new("mqtt-filter", ["a/b/ca/+/#"u8.ToArray(), "$SYS/x$SYS/#"u8.ToArray()], input =>
        {
            ReadOnlySpan<byte> topic = input[..(input.Length / 2)], filter = input[(input.Length / 2)..];
            bool matches = MqttTopicName.Matches(filter, topic);
            if (matches && MqttTopicName.IsName(filter) && !filter.SequenceEqual(topic)) throw new CodecFailureException("a filter without wildcards means another topic");
            if (matches && !MqttTopicName.Matches("#"u8, topic) && topic[0] != '$') throw new CodecFailureException("# does not mean every topic");
            _ = MqttTopicName.IsFilter(filter);
        }),
        new("mqtt-session", [.. V5.Values.Where(v => v[0] is not 0x10).Select(v => (byte[])[.. V5["connack"], .. v]), .. V311.Values.Where(v => v[0] is not 0x10).Select(v => (byte[])[.. V311["connack"], .. v])], input =>
        {
            foreach (MqttVersion version in (MqttVersion[])[MqttVersion.V311, MqttVersion.V5])
            {
                var session = new MqttSession(new MqttSessionOptions { ClientId = "c", LongestPacket = 2000 }, version, 0);
                session.Subscribe("a/b", MqttQos.AtLeastOnce, 0);
                for (ReadOnlySpan<byte> rest = input; ;)
                {
                    bool taken = session.TryReceive(rest, 1, out int consumed, out MqttArrival arrival);
                    if (consumed > rest.Length || (taken && consumed == 0)) throw new CodecFailureException("a session took more than there was, or nothing");
                    if (arrival.Payload.Length > 2000) throw new CodecFailureException("a session took a message that is too long");
                    if (!taken) break;
                    rest = rest[consumed..];
                }

                if (session.OutputLength > 1000 + (4 * input.Length)) throw new CodecFailureException("a session answers more than it was told");
            }
        }),
    ];

    /// <summary>Reads a packet of any type, and writes it again.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="version">The version.</param>
    /// <param name="again">Takes what was written.</param>
    /// <returns>How reading went, and how much was written; 0 for types and forms that are not written.</returns>
    public static (DecodeStatus Status, int Written) Read(ReadOnlySpan<byte> packet, MqttVersion version, Span<byte> again)
    {
        DecodeStatus status = MqttFixedHeader.TryRead(packet, out MqttFixedHeader header);
        if (status != DecodeStatus.Ok) return (status, 0);
        switch (header.Type)
        {
            case MqttPacketType.Connect:
                status = MqttConnect.TryRead(packet, out MqttConnect connect);
                return (status, status == DecodeStatus.Ok ? connect.Write(again) : 0);
            case MqttPacketType.ConnectAcknowledgement:
                status = MqttConnack.TryRead(packet, version, out MqttConnack connack);
                return (status, status == DecodeStatus.Ok ? connack.Write(again, version) : 0);
            case MqttPacketType.Publish:
                status = MqttPublish.TryRead(packet, version, out MqttPublish publish);
                return (status, status == DecodeStatus.Ok ? publish.Write(again, version) : 0);
            case MqttPacketType.PublishAcknowledgement:
                status = MqttPuback.TryRead(packet, version, out MqttPuback puback);
                return (status, status == DecodeStatus.Ok ? puback.Write(again, version) : 0);
            case MqttPacketType.Subscribe:
                status = MqttSubscribe.TryRead(packet, version, out MqttSubscribe subscribe);
                for (MqttSubscribe each = subscribe; each.TryNext(version, out each);)
                {
                }

                return (status, status == DecodeStatus.Ok && subscribe.Others.IsEmpty ? subscribe.Write(again, version) : 0);
            case MqttPacketType.SubscribeAcknowledgement or MqttPacketType.UnsubscribeAcknowledgement:
                status = MqttSuback.TryRead(packet, version, out MqttSuback suback);
                return (status, status == DecodeStatus.Ok ? suback.Write(again, version) : 0);
            case MqttPacketType.Unsubscribe:
                status = MqttUnsubscribe.TryRead(packet, version, out MqttUnsubscribe unsubscribe);
                for (MqttUnsubscribe each = unsubscribe; each.TryNext(out each);)
                {
                }

                return (status, status == DecodeStatus.Ok && unsubscribe.Others.IsEmpty ? unsubscribe.Write(again, version) : 0);
            case MqttPacketType.Disconnect:
                status = MqttDisconnect.TryRead(packet, version, out MqttDisconnect disconnect);
                return (status, status == DecodeStatus.Ok ? disconnect.Write(again, version) : 0);
            default:
                return (packet.Length < header.PacketLength ? DecodeStatus.Truncated : DecodeStatus.Ok, header.RemainingLength == 0 ? header.Write(again) : 0);
        }
    }
}
