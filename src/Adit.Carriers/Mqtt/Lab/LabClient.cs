using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Adit.Wire;
using Adit.Wire.Mqtt;

namespace Adit.Carriers.Mqtt.Lab;

/// <summary>One client at a <see cref="LabBroker"/>.</summary>
internal sealed partial class LabClient : IAsyncDisposable
{
    private readonly LabBroker _broker;
    private readonly Socket _socket;
    private readonly long _arrived;
    private MqttVersion _version = MqttVersion.V311;
    private volatile LabSubscription[] _subscriptions = [];
    private LabMessage? _will;
    private long _lastHeard;
    private long _patience;
    private volatile bool _isWelcome;
    private Task _running = Task.CompletedTask;

    public LabClient(LabBroker broker, Socket socket)
    {
        (_broker, _socket) = (broker, socket);
        _arrived = _lastHeard = broker.Now;
    }

    /// <summary>Its identifier; empty before CONNECT.</summary>
    public string Identifier { get; private set; } = "";

    public async ValueTask DisposeAsync()
    {
        Abort();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>How it wants a topic's messages; null for not at all.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="isOwn">Whether it published this one itself.</param>
    public MqttQos? WantedQos(ReadOnlySpan<byte> topic, bool isOwn)
    {
        MqttQos? wanted = null;
        foreach (LabSubscription each in _subscriptions)
        {
            if ((isOwn && each.NoLocal) || wanted >= each.Qos || !MqttTopicName.Matches(each.Filter, topic)) continue;
            wanted = each.Qos;
        }

        return wanted;
    }

    /// <summary>The time has passed: who says nothing goes.</summary>
    public void Check(long now)
    {
        if (IsOverdue(now) || (!_isWelcome && now - _arrived > _broker.Options.ConnectTime.TotalMicroseconds))
        {
            Abort(); // §3.1
        }
        else if (_patience > 0 && now - Interlocked.Read(ref _lastHeard) > _patience)
        {
            End(MqttReasonCode.KeepAliveTimeout); // §3.1.2.10
        }
    }

    /// <summary>Another one came by its identifier.</summary>
    public void TakeOver() => End(MqttReasonCode.SessionTakenOver);

    private async Task RunAsync()
    {
        Task writing = WriteAsync();
        try
        {
            await ReadAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is gone.
        }

        _subscriptions = [];
        _broker.Leave(this);
        if (_will is { } will) _broker.Route(this, will.ToPublish());
        Close();
        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _socket.Dispose();
    }

    private async Task ReadAsync()
    {
        byte[] room = new byte[2 * _broker.Options.LongestPacket];
        int length = 0;
        while (true)
        {
            int count = await _socket.ReceiveAsync(room.AsMemory(length)).ConfigureAwait(false);
            if (count == 0) return;
            Interlocked.Exchange(ref _lastHeard, _broker.Now);
            length += count;
            int at = 0;
            while (true)
            {
                DecodeStatus status = MqttFixedHeader.TryRead(room.AsSpan(at, length - at), out MqttFixedHeader header);
                if (status == DecodeStatus.Truncated) break;
                if (status == DecodeStatus.Ok && header.PacketLength > _broker.Options.LongestPacket)
                {
                    End(MqttReasonCode.PacketTooLarge);
                    return;
                }

                if (status == DecodeStatus.Ok && length - at < header.PacketLength) break;
                if ((status == DecodeStatus.Ok ? Take(room.AsSpan(at, header.PacketLength), header.Type) : MqttReasonCode.MalformedPacket) is { } end)
                {
                    if (end != MqttReasonCode.Success) End(end);
                    return;
                }

                at += header.PacketLength;
            }

            room.AsSpan(at, length - at).CopyTo(room);
            length -= at;
        }
    }

    /// <returns>Null to go on; success for an end without a word, else why it is ended.</returns>
    private MqttReasonCode? Take(ReadOnlySpan<byte> packet, MqttPacketType type)
    {
        if (_isWelcome == (type == MqttPacketType.Connect)) return MqttReasonCode.ProtocolError; // §3.1: first, and once
        switch (type)
        {
            case MqttPacketType.Connect:
                return TakeConnect(packet);
            case MqttPacketType.Publish:
                return TakePublish(packet);
            case MqttPacketType.PublishAcknowledgement:
                if (MqttPuback.TryRead(packet, _version, out MqttPuback puback) != DecodeStatus.Ok) return MqttReasonCode.MalformedPacket;
                Acknowledged(puback.PacketId);
                return null;
            case MqttPacketType.Subscribe:
                return TakeSubscribe(packet);
            case MqttPacketType.Unsubscribe:
                return TakeUnsubscribe(packet);
            case MqttPacketType.PingRequest:
                Send(2, room => new MqttFixedHeader(MqttPacketType.PingResponse, 0, 0).Write(room));
                return null;
            case MqttPacketType.Disconnect:
                if (MqttDisconnect.TryRead(packet, _version, out MqttDisconnect disconnect) != DecodeStatus.Ok) return MqttReasonCode.MalformedPacket;
                if (disconnect.Reason != MqttReasonCode.DisconnectWithWill) _will = null; // §3.14.4
                return MqttReasonCode.Success;
            default:
                return MqttReasonCode.ProtocolError;
        }
    }

    private MqttReasonCode? TakeConnect(ReadOnlySpan<byte> packet)
    {
        DecodeStatus status = MqttConnect.TryRead(packet, out MqttConnect connect);
        if (status == DecodeStatus.Unsupported)
        {
            Send(8, room => new MqttConnack { Reason = MqttReasonCode.UnsupportedProtocolVersion }.Write(room, MqttVersion.V311));
            return MqttReasonCode.Success;
        }

        if (status != DecodeStatus.Ok) return MqttReasonCode.Success; // §4.13: before CONNACK, not a word
        _version = connect.Version;
        bool isKnown = _broker.Options.Passwords.Count == 0
            || (connect.HasUser && _broker.Options.Passwords.TryGetValue(Encoding.UTF8.GetString(connect.User), out string? password)
                && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(password), connect.Password));
        MqttReasonCode reason = isKnown ? MqttReasonCode.Success : MqttReasonCode.BadUserNameOrPassword;
        Identifier = connect.ClientId.IsEmpty ? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)) : Encoding.UTF8.GetString(connect.ClientId);
        byte[] properties = isKnown ? PropertiesFor(connect.ClientId.IsEmpty) : [];
        Send(64 + properties.Length, room => new MqttConnack { Reason = reason, Properties = new MqttProperties(properties) }.Write(room, _version));
        if (!isKnown) return MqttReasonCode.Success;
        if (connect.ReceiveMaximum > 0) _mostUnacknowledged = Math.Min(_mostUnacknowledged, connect.ReceiveMaximum);
        if (connect.MaximumPacketSize > 0) _longestOut = connect.MaximumPacketSize;
        _patience = connect.KeepAlive * 1_500_000L; // §3.1.2.10: one and a half times
        if (!connect.WillTopic.IsEmpty) _will = new LabMessage(connect.WillTopic.ToArray(), connect.WillPayload.ToArray(), connect.WillQos, connect.WillRetain);
        _isWelcome = true;
        _broker.Join(this);
        return null;
    }

    /// <summary>§3.2.2.3: what a client may not expect here.</summary>
    private byte[] PropertiesFor(bool isNameless)
    {
        byte[] longest = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(longest, _broker.Options.LongestPacket);
        byte[] said = [(byte)MqttPropertyId.SessionExpiryInterval, 0, 0, 0, 0, (byte)MqttPropertyId.MaximumQos, 1, (byte)MqttPropertyId.MaximumPacketSize, .. longest, (byte)MqttPropertyId.SharedSubscriptionAvailable, 0];
        return isNameless ? [.. said, (byte)MqttPropertyId.AssignedClientIdentifier, 0, (byte)Identifier.Length, .. Encoding.ASCII.GetBytes(Identifier)] : said;
    }

    private MqttReasonCode? TakePublish(ReadOnlySpan<byte> packet)
    {
        if (MqttPublish.TryRead(packet, _version, out MqttPublish publish) != DecodeStatus.Ok) return MqttReasonCode.MalformedPacket;
        if (publish.TopicAlias != 0) return MqttReasonCode.TopicAliasInvalid; // §3.3.2.3.4: none was offered
        if (publish.Qos == MqttQos.ExactlyOnce) return MqttReasonCode.QosNotSupported; // §3.2.2.3.4
        bool isWanted = _broker.Route(this, publish);
        ushort id = publish.PacketId;
        if (publish.Qos == MqttQos.AtLeastOnce) Send(MqttPuback.LongestLength, room => new MqttPuback(id, isWanted ? MqttReasonCode.Success : MqttReasonCode.NoMatchingSubscribers).Write(room, _version));
        return null;
    }

    private MqttReasonCode? TakeSubscribe(ReadOnlySpan<byte> packet)
    {
        if (MqttSubscribe.TryRead(packet, _version, out MqttSubscribe subscribe) != DecodeStatus.Ok) return MqttReasonCode.MalformedPacket;
        ushort id = subscribe.PacketId;
        var reasons = new List<byte>();
        var retained = new List<LabSubscription>();
        do
        {
            MqttReasonCode reason = Subscribe(subscribe, out LabSubscription? subscription, out bool isNew);
            if (subscription is not null && (subscribe.RetainHandling == 0 || (subscribe.RetainHandling == 1 && isNew))) retained.Add(subscription); // §3.8.3.1
            reasons.Add(reason > MqttReasonCode.UnspecifiedError && _version == MqttVersion.V311 ? (byte)MqttReasonCode.UnspecifiedError : (byte)reason); // 3.1.1 §3.9.3
        }
        while (subscribe.TryNext(_version, out subscribe));
        byte[] answer = [.. reasons];
        Send(8 + answer.Length, room => new MqttSuback { PacketId = id, Reasons = answer }.Write(room, _version));
        foreach (LabSubscription each in retained) _broker.SendRetained(this, each);
        return null;
    }

    private MqttReasonCode Subscribe(in MqttSubscribe subscribe, out LabSubscription? subscription, out bool isNew)
    {
        (subscription, isNew) = (null, false);
        if (!MqttTopicName.IsFilter(subscribe.Filter)) return MqttReasonCode.TopicFilterInvalid;
        if (subscribe.Filter.StartsWith("$share/"u8)) return MqttReasonCode.ImplementationSpecificError;
        byte[] filter = subscribe.Filter.ToArray();
        LabSubscription[] others = [.. _subscriptions.Where(s => !s.Filter.AsSpan().SequenceEqual(filter))];
        if (others.Length >= _broker.Options.MostSubscriptions) return MqttReasonCode.QuotaExceeded;
        isNew = others.Length == _subscriptions.Length;
        subscription = new LabSubscription(filter, subscribe.Qos == MqttQos.AtMostOnce ? MqttQos.AtMostOnce : MqttQos.AtLeastOnce, subscribe.NoLocal);
        _subscriptions = [.. others, subscription];
        return (MqttReasonCode)subscription.Qos;
    }

    private MqttReasonCode? TakeUnsubscribe(ReadOnlySpan<byte> packet)
    {
        if (MqttUnsubscribe.TryRead(packet, _version, out MqttUnsubscribe unsubscribe) != DecodeStatus.Ok) return MqttReasonCode.MalformedPacket;
        ushort id = unsubscribe.PacketId;
        var reasons = new List<byte>();
        do
        {
            byte[] filter = unsubscribe.Filter.ToArray();
            LabSubscription[] others = [.. _subscriptions.Where(s => !s.Filter.AsSpan().SequenceEqual(filter))];
            reasons.Add((byte)(others.Length == _subscriptions.Length ? MqttReasonCode.NoSubscriptionExisted : MqttReasonCode.Success));
            _subscriptions = others;
        }
        while (unsubscribe.TryNext(out unsubscribe));
        byte[] answer = [.. reasons];
        Send(8 + answer.Length, room => new MqttSuback { IsUnsuback = true, PacketId = id, Reasons = answer }.Write(room, _version));
        return null;
    }
}
