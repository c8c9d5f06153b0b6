using System.Buffers.Binary;
using System.Security.Cryptography;
using Adit.Core;
using Adit.Core.Mailboxes;
using Adit.Core.Streams;
using Adit.Wire.Mqtt;

namespace Adit.Carriers.Mqtt;

/// <summary>Opens a client's paths through a broker: each has a connection of its own, and a fresh random id.</summary>
/// <param name="options">The broker and the gateway.</param>
/// <param name="previous">Dials the broker.</param>
/// <param name="time">The clock; null for the system's.</param>
public sealed class MqttMailboxDialer(MqttBrokerOptions options, IStreamDialer previous, TimeProvider? time = null) : IMailboxDialer
{
    /// <inheritdoc/>
    public string Name => options.Name;

    /// <inheritdoc/>
    public async ValueTask<IMailbox> OpenAsync(CancellationToken cancellationToken = default)
    {
        MqttConnection connection = await MqttConnection.OpenAsync(options, previous, null, time, cancellationToken).ConfigureAwait(false);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(options.AnswerTime);
            if (options.PresenceKeys is not null) await FindAsync(connection, new MqttPresence(options), limit.Token).ConfigureAwait(false);
            UInt128 id = BinaryPrimitives.ReadUInt128BigEndian(RandomNumberGenerator.GetBytes(MqttTopics.IdLength));
            await SubscribeAsync(connection, MqttTopics.Down(options.Prefix, id), MqttQos.AtMostOnce, options, limit.Token).ConfigureAwait(false);
            return new MqttMailbox(options, connection, id, time ?? TimeProvider.System);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw new TunnelException(TunnelError.TimedOut, $"{options.Name}: broker: subscribe: expected an answer within {options.AnswerTime.TotalSeconds:0.#} s, got none", options.Name, e);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Looks for the gateway's record: what is retained arrives right behind the grant.</summary>
    private async Task FindAsync(MqttConnection connection, MqttPresence presence, CancellationToken cancellationToken)
    {
        connection.Subscribe(presence.Topic, MqttQos.AtLeastOnce, retained: true);
        await connection.FlushAsync(cancellationToken).ConfigureAwait(false);
        using CancellationTokenSource patience = new(Timeout.InfiniteTimeSpan, time ?? TimeProvider.System);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        bool isForged = false;
        try
        {
            while (true)
            {
                if (TakeRecord(connection, presence, patience, ref isForged)) break;
                if (!await connection.FillAsync(limit.Token).ConfigureAwait(false)) throw new TunnelException(TunnelError.ConnectionLost, $"{options.Name}: broker: expected SUBACK, got the end", options.Name);
            }
        }
        catch (OperationCanceledException e) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TunnelException(
                TunnelError.Unreachable,
                $"{options.Name}: gateway: expected its record at {presence.Topic}, got {(isForged ? "one that was not made with this carrier key" : "none: it is not connected to the broker now, or leaves no record (presence=yes), or we may not read it")}",
                options.Name,
                e);
        }

        connection.Unsubscribe(presence.Topic);
    }

    private bool TakeRecord(MqttConnection connection, MqttPresence presence, CancellationTokenSource patience, ref bool isForged)
    {
        while (connection.TryNext(out MqttArrival arrival))
        {
            if (arrival.Kind == MqttArrivalKind.Subscribed && arrival.Name == presence.Topic)
            {
                if (arrival.Reason >= MqttReasonCode.UnspecifiedError) throw MqttConnection.Refused(options, $"subscribe to {presence.Topic}", arrival.Reason);
                patience.CancelAfter(options.PresenceTime);
            }
            else if (arrival.Kind is MqttArrivalKind.Retained or MqttArrivalKind.Message && presence.IsAt(arrival.Topic))
            {
                if (presence.IsAuthentic(arrival.Payload)) return true;
                isForged = !arrival.Payload.IsEmpty;
            }
        }

        return false;
    }

    /// <summary>Subscribes, and waits until it is granted.</summary>
    internal static async Task SubscribeAsync(MqttConnection connection, string topic, MqttQos qos, MqttBrokerOptions options, CancellationToken cancellationToken)
    {
        connection.Subscribe(topic, qos);
        await connection.FlushAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            if (TakeSubscribed(connection, topic) is { } reason)
            {
                if (reason >= MqttReasonCode.UnspecifiedError) throw MqttConnection.Refused(options, $"subscribe to {topic}", reason);
                return;
            }

            if (!await connection.FillAsync(cancellationToken).ConfigureAwait(false)) throw new TunnelException(TunnelError.ConnectionLost, $"{options.Name}: broker: expected SUBACK, got the end", options.Name);
        }
    }

    private static MqttReasonCode? TakeSubscribed(MqttConnection connection, string topic)
    {
        while (connection.TryNext(out MqttArrival arrival))
        {
            if (arrival.Kind == MqttArrivalKind.Subscribed && arrival.Name == topic) return arrival.Reason;
        }

        return null;
    }
}
