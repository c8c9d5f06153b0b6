using System.Text;
using Adit.Core.Lifeline;
using Adit.Wire.Mqtt;

namespace Adit.Carriers.Mqtt;

/// <summary>
/// A gateway's presence record: retained at the broker while the gateway is connected, cleared by it when it stops and by its will when it does not get so far. Whoever may publish there can clear it, or put something
/// else in its place: then it is put back, but not more often than once a second.
/// </summary>
/// <param name="options">The broker, and the carrier keys.</param>
internal sealed class MqttPresence(MqttBrokerOptions options)
{
    // Ours: the least time between two records, in microseconds.
    private const long Pause = 1_000_000;

    private readonly byte[] _topicOctets = Encoding.UTF8.GetBytes(MqttTopics.Presence(options.Prefix, options.Server));
    private long _saidAt;
    private long _due = long.MaxValue;

    /// <summary>Where it stands.</summary>
    public string Topic { get; } = MqttTopics.Presence(options.Prefix, options.Server);

    /// <summary>Whether a message came to that topic.</summary>
    public bool IsAt(ReadOnlySpan<byte> topic) => topic.SequenceEqual(_topicOctets);

    /// <summary>Whether it is a record that a holder of one of the keys made.</summary>
    public bool IsAuthentic(ReadOnlySpan<byte> record)
    {
        foreach (CarrierKey key in options.PresenceKeys)
        {
            if (PresenceRecord.IsAuthentic(record, key, _topicOctets)) return true;
        }

        return false;
    }

    /// <summary>Puts it there; the caller flushes.</summary>
    public void Say(MqttConnection connection, long now)
    {
        (_saidAt, _due) = (now, long.MaxValue);
        connection.Publish(new MqttTopic(Topic, 0), PresenceRecord.Make(options.PresenceKeys, _topicOctets), default, MqttQos.AtLeastOnce, retain: true);
    }

    /// <summary>Takes it away; the caller flushes.</summary>
    public void Clear(MqttConnection connection) => connection.Publish(new MqttTopic(Topic, 0), default, default, MqttQos.AtLeastOnce, retain: true);

    /// <summary>A message came to its topic.</summary>
    /// <returns>Whether it is to be put back, at <see cref="Due"/>.</returns>
    public bool Take(ReadOnlySpan<byte> message)
    {
        if (IsAuthentic(message)) return false; // our own, or another gateway's of our name
        Volatile.Write(ref _due, Volatile.Read(ref _saidAt) + Pause);
        return true;
    }

    /// <summary>When it is to be put back, in microseconds; <see cref="long.MaxValue"/> for never.</summary>
    public long Due => Volatile.Read(ref _due);
}
