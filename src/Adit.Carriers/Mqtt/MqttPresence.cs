using System.Text;
using Adit.Core.Lifeline;
using Adit.Wire.Lifeline;
using Adit.Wire.Mqtt;

namespace Adit.Carriers.Mqtt;

/// <summary>
/// A gateway's presence record: retained at the broker while the gateway is connected, cleared by it when it stops and by its will when it does not get so far. Whoever may publish there can clear it, or put something
/// else in its place: then it is put back, but not more often than once a second. Where keys come or go, another record takes its place.
/// </summary>
/// <param name="options">The broker, and the carrier keys.</param>
internal sealed class MqttPresence(MqttBrokerOptions options)
{
    // Ours: the least time between two records, and how often the keys are looked at, in microseconds.
    private const long Pause = 1_000_000, LookPause = 5_000_000;

    private readonly byte[] _topicOctets = Encoding.UTF8.GetBytes(MqttTopics.Presence(options.Prefix, options.Server));
    private long _saidAt;
    private long _due = long.MaxValue;
    private long _lookAt;
    private CarrierKey[] _said = [];

    /// <summary>Where it stands.</summary>
    public string Topic { get; } = MqttTopics.Presence(options.Prefix, options.Server);

    /// <summary>Whether a message came to that topic.</summary>
    public bool IsAt(ReadOnlySpan<byte> topic) => topic.SequenceEqual(_topicOctets);

    /// <summary>Whether it is a record that a holder of one of the keys made.</summary>
    public bool IsAuthentic(ReadOnlySpan<byte> record)
    {
        foreach (CarrierKey key in options.PresenceKeys!())
        {
            if (PresenceRecord.IsAuthentic(record, key, _topicOctets)) return true;
        }

        return false;
    }

    /// <summary>Puts it there; the caller flushes.</summary>
    public void Say(MqttConnection connection, long now)
    {
        (_saidAt, _lookAt, _said) = (now, now + LookPause, Keys());
        Volatile.Write(ref _due, long.MaxValue);
        if (_said.Length == 0) Clear(connection);
        else connection.Publish(new MqttTopic(Topic, 0), PresenceRecord.Make(_said, _topicOctets), default, MqttQos.AtLeastOnce, retain: true);
    }

    /// <summary>Puts it there again where that is due; the caller flushes.</summary>
    /// <returns>When to ask again, in microseconds.</returns>
    public long Tend(MqttConnection connection, long now)
    {
        if (now >= _lookAt)
        {
            _lookAt = now + LookPause;
            if (!Keys().SequenceEqual(_said)) Volatile.Write(ref _due, now);
        }

        if (Volatile.Read(ref _due) <= now) Say(connection, now);
        return Math.Min(Volatile.Read(ref _due), _lookAt);
    }

    /// <summary>Takes it away; the caller flushes.</summary>
    public void Clear(MqttConnection connection) => connection.Publish(new MqttTopic(Topic, 0), default, default, MqttQos.AtLeastOnce, retain: true);

    /// <summary>A message came to its topic.</summary>
    /// <returns>Whether something is to be put back: <see cref="Tend"/> does.</returns>
    public bool Take(ReadOnlySpan<byte> message)
    {
        if (IsAuthentic(message)) return false; // our own, or another gateway's of our name
        Volatile.Write(ref _due, Volatile.Read(ref _saidAt) + Pause);
        return true;
    }

    private CarrierKey[] Keys() => [.. options.PresenceKeys!().Take(LifelinePresence.MostEntries)];
}
