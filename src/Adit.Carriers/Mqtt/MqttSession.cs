using System.Text;
using Adit.Core;
using Adit.Wire.Mqtt;

namespace Adit.Carriers.Mqtt;

/// <summary>
/// A client's connection to a broker, without I/O: octets and the time go in, octets and arrivals come out. Not safe for several threads at once. Times are in microseconds.
/// </summary>
/// <remarks>
/// Theory of operation: sessions are never kept by the broker (Clean Start), nothing of a path is retained, QoS 2 is never asked for. QoS 1 is used as far as the broker's Receive Maximum goes; what exceeds it goes at
/// QoS 0, since above stands a protocol that sends again. What is longer than this side takes is passed over, acknowledged and forgotten, so that nobody's message can break the connection.
/// A PINGREQ leaves when either direction was silent for the keep-alive; without an answer the connection has failed.
/// </remarks>
public sealed partial class MqttSession
{
    // Ours: questions without an answer, after which a broker is taken for broken. Each is a topic's name here.
    private const int MostPending = 4096;

    private readonly MqttSessionOptions _options;
    private readonly MqttVersion _version;
    private readonly byte[]?[] _aliases;
    private readonly Dictionary<ushort, string> _pending = [];
    private readonly Stack<ushort> _freeAliases = [];
    private int _publishing;
    private int _quota;
    private uint _longestOut = uint.MaxValue;
    private MqttQos _bestQos = MqttQos.AtLeastOnce;
    private long _keepAlive;
    private long _lastSent;
    private long _lastReceived;
    private long? _pingSent;
    private long _skipping;
    private ushort _lastId;

    /// <summary>Begins with CONNECT.</summary>
    /// <param name="options">What it is to be.</param>
    /// <param name="version">The version that is asked for.</param>
    /// <param name="now">The time.</param>
    public MqttSession(MqttSessionOptions options, MqttVersion version, long now)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _version, _keepAlive, _lastReceived) = (options, version, options.KeepAlive, now);
        bool isNew = version == MqttVersion.V5;
        _aliases = isNew ? new byte[]?[options.TopicAliases] : [];
        var connect = new MqttConnect
        {
            Version = version,
            CleanStart = true,
            KeepAlive = (ushort)Math.Clamp(options.KeepAlive / 1_000_000, 1, ushort.MaxValue),
            ClientId = Encoding.UTF8.GetBytes(options.ClientId),
            HasUser = options.User is not null,
            User = Encoding.UTF8.GetBytes(options.User ?? ""),
            HasPassword = options.Password is not null,
            Password = Encoding.UTF8.GetBytes(options.Password ?? ""),
            WillTopic = Encoding.UTF8.GetBytes(options.ClearedTopic ?? ""),
            WillRetain = true, // §3.3.1.3: empty and retained takes away
            WillQos = MqttQos.AtLeastOnce,
            ReceiveMaximum = options.ReceiveMaximum,
            MaximumPacketSize = (uint)options.LongestPacket,
            TopicAliasMaximum = options.TopicAliases,
        };
        Sent(connect.Write(Room(connect.Length)), now);
    }

    /// <summary>The version that is spoken.</summary>
    public MqttVersion Version => _version;

    /// <summary>Whether the broker has welcomed us.</summary>
    public bool IsConnected { get; private set; }

    /// <summary>Why nothing goes any more; null while all is well.</summary>
    public (TunnelError Error, string Reason)? Failure { get; private set; }

    /// <summary>How long either direction may be silent, in microseconds: ours, or less where the broker says so.</summary>
    public long KeepAlive => _keepAlive;

    /// <summary>When <see cref="Tick"/> is due.</summary>
    public long Deadline => _pingSent is { } sent ? sent + _options.AnswerTime : Math.Min(_lastSent, _lastReceived) + _keepAlive;

    /// <summary>A topic to publish to; an alias is its own until <see cref="CloseTopic"/>.</summary>
    /// <param name="name">The topic.</param>
    public MqttTopic OpenTopic(string name) => new(name, _freeAliases.TryPop(out ushort alias) ? alias : (ushort)0);

    /// <summary>Nothing more is published to a topic.</summary>
    /// <param name="topic">One of this session's.</param>
    public void CloseTopic(MqttTopic topic)
    {
        ArgumentNullException.ThrowIfNull(topic);
        if (topic.Alias != 0) _freeAliases.Push(topic.Alias);
    }

    /// <summary>Octets of the longest payload that the broker takes.</summary>
    /// <param name="topicLength">Octets of the topic.</param>
    public int PayloadLimit(int topicLength) => (int)Math.Clamp(_longestOut - MqttPublish.OverheadOf(topicLength), 0, MqttFixedHeader.LongestRemaining);

    /// <summary>Publishes.</summary>
    /// <param name="topic">Where to.</param>
    /// <param name="first">What it says: the first part.</param>
    /// <param name="second">The second.</param>
    /// <param name="qos">How, if the broker has room for it.</param>
    /// <param name="now">The time.</param>
    /// <param name="retain">Whether the topic retains it, without end; empty: retains nothing any more.</param>
    /// <returns>Whether it is not too long for the broker.</returns>
    public bool Publish(MqttTopic topic, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, MqttQos qos, long now, bool retain = false)
    {
        ArgumentNullException.ThrowIfNull(topic);
        int length = first.Length + second.Length;
        if (length > PayloadLimit(topic.Octets.Length)) return false;
        if (qos == MqttQos.AtLeastOnce && (_bestQos < qos || _publishing >= _quota)) qos = MqttQos.AtMostOnce;
        Span<byte> room = Room(MqttPublish.OverheadOf(topic.Octets.Length) + length);
        // The payload is of two parts: the head is written as if there were one, and both follow it.
        var publish = new MqttPublish
        {
            Topic = topic.IsAliasKnown ? default : topic.Octets,
            TopicAlias = topic.Alias,
            MessageExpiry = retain ? 0 : _options.MessageExpiry,
            Qos = qos,
            Retain = retain,
            PacketId = qos == MqttQos.AtLeastOnce ? NewId(topic.Name) : (ushort)0,
        };
        int head = publish.WriteHead(room, _version, length);
        first.CopyTo(room[head..]);
        second.CopyTo(room[(head + first.Length)..]);
        topic.IsAliasKnown = topic.Alias != 0;
        if (qos == MqttQos.AtLeastOnce) _publishing++;
        Sent(head + length, now);
        return true;
    }

    /// <summary>Asks for a topic's messages.</summary>
    /// <param name="topic">The topic, without wildcards.</param>
    /// <param name="qos">How they are to come.</param>
    /// <param name="now">The time.</param>
    /// <param name="retained">Whether what the topic retains is wanted too; 3.1.1 sends it in any case.</param>
    public void Subscribe(string topic, MqttQos qos, long now, bool retained = false)
    {
        var subscribe = new MqttSubscribe { PacketId = NewId(topic), Filter = Encoding.UTF8.GetBytes(topic), Qos = qos, NoLocal = true, RetainHandling = retained ? 0 : 2 };
        Sent(subscribe.Write(Room(subscribe.LengthIn(_version)), _version), now);
    }

    /// <summary>Wants a topic's messages no more.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="now">The time.</param>
    public void Unsubscribe(string topic, long now)
    {
        var unsubscribe = new MqttUnsubscribe { PacketId = NewId(topic), Filter = Encoding.UTF8.GetBytes(topic) };
        Sent(unsubscribe.Write(Room(unsubscribe.LengthIn(_version)), _version), now);
    }

    /// <summary>Says goodbye.</summary>
    /// <param name="now">The time.</param>
    public void Disconnect(long now) => Sent(new MqttDisconnect(MqttReasonCode.Success).Write(Room(MqttDisconnect.LongestLength), _version), now);

    /// <summary>The time has passed.</summary>
    /// <param name="now">The time.</param>
    public void Tick(long now)
    {
        if (_pingSent is { } sent)
        {
            if (now >= sent + _options.AnswerTime) Fail(TunnelError.TimedOut, $"expected a sign of life within {_options.AnswerTime / 1e6:0.#} s, got none");
        }
        else if (IsConnected && now >= Deadline)
        {
            _pingSent = now;
            Sent(new MqttFixedHeader(MqttPacketType.PingRequest, 0, 0).Write(Room(2)), now);
        }
    }

    private ushort NewId(string what)
    {
        if (_pending.Count >= MostPending) Fail(TunnelError.ProtocolViolation, $"expected answers, got none to {MostPending} packets");
        if (Failure is not null) return 1; // nothing is sent any more
        // §2.2.1: never 0, and none that waits for an answer; far fewer wait than there are.
        do _lastId++;
        while (_lastId == 0 || _pending.ContainsKey(_lastId));
        _pending.Add(_lastId, what);
        return _lastId;
    }

    private void Fail(TunnelError error, string reason) => Failure ??= (error, reason);
}
