using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using Adit.Core;
using Adit.Core.Lifeline;
using Adit.Core.Mailboxes;
using Adit.Wire.Lifeline;
using Adit.Wire.Mqtt;

namespace Adit.Carriers.Mqtt;

/// <summary>
/// A client's path through a broker. HELLO and CONFIRM go to the gateway's topic, behind the id of this path; what comes after CONFIRM was answered goes to the path's own. Which it is, each datagram says itself.
/// </summary>
internal sealed class MqttMailbox : IMailbox
{
    private readonly MqttBrokerOptions _options;
    private readonly MqttConnection _connection;
    private readonly MqttTopic _handshake;
    private readonly MqttTopic _up;
    private readonly byte[] _down;
    private readonly byte[] _id = new byte[MqttTopics.IdLength];
    private readonly MqttPace _pace;
    private readonly TimeProvider _time;
    private bool _isHeard;

    /// <summary>Takes a connection.</summary>
    /// <param name="options">The broker and the gateway.</param>
    /// <param name="connection">The connection, subscribed to the path's topic; owned.</param>
    /// <param name="id">The path's id.</param>
    /// <param name="time">The clock.</param>
    public MqttMailbox(MqttBrokerOptions options, MqttConnection connection, UInt128 id, TimeProvider time)
    {
        (_options, _connection, _time, _pace) = (options, connection, time, new MqttPace(options.Rate));
        BinaryPrimitives.WriteUInt128BigEndian(_id, id);
        _down = Encoding.UTF8.GetBytes(MqttTopics.Down(options.Prefix, id));
        _up = connection.OpenTopic(MqttTopics.Up(options.Prefix, id));
        _handshake = connection.OpenTopic(MqttTopics.Handshake(options.Prefix, options.Server));
        SendLimit = Math.Min(connection.PayloadLimit(_up), connection.PayloadLimit(_handshake) - MqttTopics.IdLength);
    }

    public string Name => _options.Name;

    public LifelineProfile Profile => MqttProfile.Profile;

    public int SendLimit { get; }

    private long Now => (long)_time.GetElapsedTime(0).TotalMicroseconds;

    public ValueTask WaitForRoomAsync(CancellationToken cancellationToken = default) => _pace.WaitFrom(Now) is > 0 and var wait ? WaitAsync(wait, cancellationToken) : ValueTask.CompletedTask;

    public ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        _pace.Note(message.Length, Now);
        bool isFull = message.Span[0] == (byte)LifelineDatagramType.Data
            ? _connection.Publish(_up, message.Span, default, MqttQos.AtMostOnce)
            : _connection.Publish(_handshake, _id, message.Span, MqttQos.AtLeastOnce);
        return isFull ? _connection.FlushAsync(cancellationToken) : ValueTask.CompletedTask;
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken = default) => _connection.FlushAsync(cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReceiveAsync(Memory<byte> room, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (Take(room.Span) is > 0 and var length) return length;
            if (!await _connection.FillAsync(cancellationToken).ConfigureAwait(false)) throw new TunnelException(TunnelError.ConnectionLost, $"{Name}: broker: the connection has ended", Name);
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private int Take(Span<byte> room)
    {
        while (_connection.TryNext(out MqttArrival arrival))
        {
            if (arrival.Kind == MqttArrivalKind.Message && arrival.Payload.Length <= room.Length && !arrival.Payload.IsEmpty && arrival.Topic.SequenceEqual(_down))
            {
                _isHeard = true;
                arrival.Payload.CopyTo(room);
                return arrival.Payload.Length;
            }

            // MQTT 5 tells at once that nobody listens there, or that we may not speak.
            bool isRefused = arrival.Reason is MqttReasonCode.NoMatchingSubscribers or MqttReasonCode.NotAuthorized or MqttReasonCode.TopicNameInvalid;
            if (arrival.Kind == MqttArrivalKind.Acknowledged && isRefused && !_isHeard)
            {
                throw arrival.Reason == MqttReasonCode.NoMatchingSubscribers
                    ? new TunnelException(TunnelError.Unreachable, $"{Name}: gateway: expected one at {_handshake.Name}, got none: it is not connected to the broker now", Name)
                    : MqttConnection.Refused(_options, $"publish to {_handshake.Name}", arrival.Reason);
            }
        }

        return 0;
    }

    private async ValueTask WaitAsync(long wait, CancellationToken cancellationToken)
    {
        await _connection.FlushAsync(cancellationToken).ConfigureAwait(false);
        await Task.Delay(TimeSpan.FromMicroseconds(Math.Max(wait, 1000)), _time, cancellationToken).ConfigureAwait(false);
    }
}
