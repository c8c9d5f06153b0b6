using System.Buffers.Binary;
using Adit.Core;
using Adit.Wire;
using Adit.Wire.Mqtt;

namespace Adit.Carriers.Mqtt;

/// <content>What arrives.</content>
public sealed partial class MqttSession
{
    /// <summary>Takes a packet off the stream.</summary>
    /// <param name="source">What was received and not consumed yet.</param>
    /// <param name="now">The time.</param>
    /// <param name="consumed">Octets to drop from the front, also where false is returned.</param>
    /// <param name="arrival">What it means; its spans lie in <paramref name="source"/> or in this session.</param>
    /// <returns>False when more octets are needed, or <see cref="Failure"/> is there.</returns>
    public bool TryReceive(ReadOnlySpan<byte> source, long now, out int consumed, out MqttArrival arrival)
    {
        arrival = default;
        consumed = 0;
        if (Failure is not null || source.IsEmpty) return false;
        if (_lastReceived != now) _lastReceived = now;
        if (_skipping > 0)
        {
            consumed = (int)Math.Min(_skipping, source.Length);
            _skipping -= consumed;
            return consumed < source.Length && TryReceiveNext(source, now, ref consumed, out arrival);
        }

        return TryReceiveNext(source, now, ref consumed, out arrival);
    }

    private bool TryReceiveNext(ReadOnlySpan<byte> source, long now, scoped ref int consumed, out MqttArrival arrival)
    {
        arrival = default;
        ReadOnlySpan<byte> packet = source[consumed..];
        DecodeStatus status = MqttFixedHeader.TryRead(packet, out MqttFixedHeader header);
        if (status == DecodeStatus.Truncated) return false;
        if (status != DecodeStatus.Ok) return Broken("packet", $"a header, got {status}");
        if (header.PacketLength > _options.LongestPacket) return TrySkip(packet, header, now, ref consumed, out arrival);
        if (packet.Length < header.PacketLength) return false;
        packet = packet[..header.PacketLength];
        if (!Take(packet, header.Type, now, out arrival)) return false;
        consumed += header.PacketLength;
        return true;
    }

    private bool Take(ReadOnlySpan<byte> packet, MqttPacketType type, long now, out MqttArrival arrival)
    {
        arrival = default;
        if (!IsConnected && type != MqttPacketType.ConnectAcknowledgement) return Broken("first packet", $"CONNACK, got {type}"); // §3.2
        switch (type)
        {
            case MqttPacketType.ConnectAcknowledgement:
                return TakeConnack(packet, out arrival);
            case MqttPacketType.Publish:
                return TakePublish(packet, now, out arrival);
            case MqttPacketType.PublishAcknowledgement:
                if (MqttPuback.TryRead(packet, _version, out MqttPuback puback) != DecodeStatus.Ok) return Broken("PUBACK", "one that can be read");
                if (!_pending.Remove(puback.PacketId, out string? topic)) return true; // §4.4: of no meaning
                _publishing--;
                arrival = new MqttArrival { Kind = MqttArrivalKind.Acknowledged, Reason = puback.Reason, Name = topic };
                return true;
            case MqttPacketType.SubscribeAcknowledgement or MqttPacketType.UnsubscribeAcknowledgement:
                if (MqttSuback.TryRead(packet, _version, out MqttSuback suback) != DecodeStatus.Ok) return Broken("SUBACK", "one that can be read");
                if (_pending.Remove(suback.PacketId, out topic) && !suback.IsUnsuback) arrival = new MqttArrival { Kind = MqttArrivalKind.Subscribed, Reason = suback.Reason, Name = topic };
                return true;
            case MqttPacketType.PingResponse:
                _pingSent = null;
                return packet.Length == 2 || Broken("PINGRESP", "nothing in it"); // §3.13
            case MqttPacketType.Disconnect when _version == MqttVersion.V5:
                if (MqttDisconnect.TryRead(packet, _version, out MqttDisconnect disconnect) != DecodeStatus.Ok) return Broken("DISCONNECT", "one that can be read");
                arrival = new MqttArrival { Kind = MqttArrivalKind.Disconnected, Reason = disconnect.Reason };
                return true;
            default:
                // §4.12: AUTH is for who asked for it; the rest is for brokers, or of QoS 2.
                return Broken("packet", $"one that a broker may send to us, got {type}");
        }
    }

    private bool TakeConnack(ReadOnlySpan<byte> packet, out MqttArrival arrival)
    {
        arrival = default;
        DecodeStatus status = MqttConnack.TryRead(packet, _version, out MqttConnack connack);
        if (status != DecodeStatus.Ok || IsConnected) return Broken("CONNACK", $"one that can be read, once, got {status}"); // §3.2
        arrival = new MqttArrival { Kind = MqttArrivalKind.Connected, Reason = connack.Reason };
        if (connack.Reason != MqttReasonCode.Success) return true;
        if (connack.SessionPresent) return Broken("CONNACK", "no session, got one (§3.2.2.1.1)");
        IsConnected = true;
        MqttProperties properties = connack.Properties;
        _quota = (int)Math.Min(properties.Find(MqttPropertyId.ReceiveMaximum, ushort.MaxValue), _options.ReceiveMaximum); // §3.2.2.3.3
        _longestOut = properties.Find(MqttPropertyId.MaximumPacketSize, uint.MaxValue); // §3.2.2.3.6
        _bestQos = (MqttQos)properties.Find(MqttPropertyId.MaximumQos, (uint)MqttQos.AtLeastOnce); // §3.2.2.3.4
        uint keepAlive = properties.Find(MqttPropertyId.ServerKeepAlive, uint.MaxValue); // §3.2.2.3.14
        if (keepAlive is > 0 and < uint.MaxValue) _keepAlive = Math.Min(_keepAlive, keepAlive * 1_000_000L);
        uint aliases = Math.Min(properties.Find(MqttPropertyId.TopicAliasMaximum), 1024); // §3.2.2.3.8; ours: no more than that many
        for (uint alias = aliases; alias > 0; alias--) _freeAliases.Push((ushort)alias);
        return true;
    }

    private bool TakePublish(ReadOnlySpan<byte> packet, long now, out MqttArrival arrival)
    {
        arrival = default;
        DecodeStatus status = MqttPublish.TryRead(packet, _version, out MqttPublish publish);
        if (status != DecodeStatus.Ok) return Broken("PUBLISH", $"one that can be read, got {status}");
        if (publish.Qos == MqttQos.ExactlyOnce) return Broken("PUBLISH", "QoS 0 or 1, got 2, which was not asked for"); // §3.8.4
        ReadOnlySpan<byte> topic = publish.Topic;
        if (publish.TopicAlias != 0)
        {
            if (publish.TopicAlias > _aliases.Length) return Broken("PUBLISH", $"a topic alias of at most {_aliases.Length}, got {publish.TopicAlias}"); // §3.3.2.3.4
            ref byte[]? known = ref _aliases[publish.TopicAlias - 1];
            if (!topic.IsEmpty && (known is null || !known.AsSpan().SequenceEqual(topic))) known = topic.ToArray();
            if (known is null) return Broken("PUBLISH", "a topic alias that was set before, got none"); // §3.3.4
            topic = known;
        }

        if (publish.Qos == MqttQos.AtLeastOnce) Acknowledge(publish.PacketId, now);
        // Nothing of ours is retained; what is, is somebody else's.
        if (!publish.Retain) arrival = new MqttArrival { Kind = MqttArrivalKind.Message, Topic = topic, Payload = publish.Payload };
        return true;
    }

    /// <summary>Passes over a message that is too long; all else that is too long breaks the connection.</summary>
    private bool TrySkip(ReadOnlySpan<byte> packet, MqttFixedHeader header, long now, scoped ref int consumed, out MqttArrival arrival)
    {
        arrival = default;
        if (header.Type != MqttPacketType.Publish || !IsConnected) return Broken("packet", $"at most {_options.LongestPacket} octets, got {header.PacketLength}");
        var qos = (MqttQos)((header.Flags >> 1) & 3);
        if (qos != MqttQos.AtMostOnce)
        {
            // What is to be acknowledged stands behind the topic, which is no longer than a packet may be.
            if (packet.Length < header.Length + 2) return false;
            int at = header.Length + 2 + BinaryPrimitives.ReadUInt16BigEndian(packet[header.Length..]);
            if (packet.Length < at + 2) return false;
            if (qos == MqttQos.AtLeastOnce) Acknowledge(BinaryPrimitives.ReadUInt16BigEndian(packet[at..]), now);
        }

        int there = Math.Min(packet.Length, header.PacketLength);
        _skipping = header.PacketLength - there;
        consumed += there;
        return true;
    }

    private void Acknowledge(ushort id, long now) => Sent(new MqttPuback(id, MqttReasonCode.Success).Write(Room(MqttPuback.LongestLength), _version), now);

    private bool Broken(string what, string expected)
    {
        Fail(TunnelError.ProtocolViolation, $"{what}: expected {expected}");
        return false;
    }
}
