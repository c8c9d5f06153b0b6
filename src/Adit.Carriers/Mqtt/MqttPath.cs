using Adit.Core.Lifeline;
using Adit.Wire.Mqtt;

namespace Adit.Carriers.Mqtt;

/// <summary>A gateway's end of one path.</summary>
/// <param name="owner">The listener.</param>
/// <param name="endpoint">The path.</param>
/// <param name="id">Its id.</param>
/// <param name="name">For reports.</param>
/// <param name="pace">How fast it sends.</param>
internal sealed class MqttPath(MqttListener owner, LifelineEndpoint endpoint, UInt128 id, string name, MqttPace pace) : ILifelineCarrier
{
    private volatile Binding? _binding;

    public string Name => name;

    public LifelineEndpoint Endpoint => endpoint;

    public UInt128 Id { get; set; } = id;

    public MqttPace Pace => pace;

    /// <summary>When something authentic came last, in microseconds.</summary>
    public long LastHeard { get; set; }

    /// <summary>Whether it waits for its turn; the listener's.</summary>
    public bool IsReady { get; set; }

    public void Wake() => owner.Ready(this);

    /// <summary>Subscribes on a connection; under the listener's lock.</summary>
    public void Bind(MqttConnection connection, string prefix)
    {
        connection.Subscribe(MqttTopics.Up(prefix, Id), MqttQos.AtMostOnce);
        MqttTopic topic = connection.OpenTopic(MqttTopics.Down(prefix, Id));
        _binding = new Binding(connection, topic, connection.PayloadLimit(topic));
    }

    /// <summary>Takes it back; under the listener's lock.</summary>
    public void Unbind(string prefix)
    {
        if (_binding is not { } binding) return;
        _binding = null;
        binding.Connection.Unsubscribe(MqttTopics.Up(prefix, Id));
        binding.Connection.CloseTopic(binding.Topic);
    }

    /// <summary>Sends one message.</summary>
    /// <param name="room">Room for it.</param>
    /// <param name="now">The time.</param>
    /// <returns>By which connection, and whether much waits there now; null when there was nothing to say.</returns>
    public (MqttConnection Connection, bool IsFull)? Send(byte[] room, long now)
    {
        if (_binding is not { } binding) return null;
        int length = endpoint.Fill(room.AsSpan(0, Math.Min(room.Length, binding.Limit)));
        if (length == 0) return null;
        pace.Note(length, now);
        return (binding.Connection, binding.Connection.Publish(binding.Topic, room.AsSpan(0, length), default, MqttQos.AtMostOnce));
    }

    public ValueTask DisposeAsync()
    {
        owner.Forget(this);
        return ValueTask.CompletedTask;
    }

    private sealed record Binding(MqttConnection Connection, MqttTopic Topic, int Limit);
}
