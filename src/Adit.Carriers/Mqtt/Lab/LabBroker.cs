using System.Net;
using System.Net.Sockets;
using System.Text;
using Adit.Core;
using Adit.Wire.Mqtt;

namespace Adit.Carriers.Mqtt.Lab;

/// <summary>
/// A small broker for trying the carrier without one: MQTT 5 and 3.1.1, QoS 0 and 1, wildcards, wills, retained messages; on loopback, in this process. Theory of operation: each client has a thread of control that
/// reads, and one that writes what others have put into its queue; a publisher looks through all subscriptions and copies its message into each queue that wants it. A full queue drops the message. Sessions end with
/// their connections; nothing outlives the process. Shared subscriptions, QoS 2 and topic aliases are refused, as a broker may.
/// </summary>
public sealed class LabBroker : IAsyncDisposable
{
    private readonly LabBrokerOptions _options;
    private readonly TimeProvider _time;
    private readonly Socket _listener;
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LabMessage> _retained = [];
    private readonly HashSet<LabClient> _open = [];
    private volatile LabClient[] _clients = [];
    private Task _running = Task.CompletedTask;
    private long _published, _delivered, _dropped;

    private LabBroker(LabBrokerOptions options, TimeProvider time, Socket listener)
    {
        (_options, _time, _listener) = (options, time, listener);
        TimeSpan tick = TimeSpan.FromSeconds(0.5);
        _timer = time.CreateTimer(static self => ((LabBroker)self!).Check(), this, tick, tick);
    }

    /// <summary>Where it is reached.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>Messages taken from clients, wills too.</summary>
    public long Published => Interlocked.Read(ref _published);

    /// <summary>Messages put into clients' queues.</summary>
    public long Delivered => Interlocked.Read(ref _delivered);

    /// <summary>Messages that found a queue full.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Clients that were welcomed.</summary>
    public int ClientCount => _clients.Length;

    internal LabBrokerOptions Options => _options;

    internal long Now => (long)_time.GetElapsedTime(0).TotalMicroseconds;

    /// <summary>Listens, and serves until it is disposed.</summary>
    /// <param name="options">How it behaves.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="TunnelException">The address cannot be used.</exception>
    public static LabBroker Start(LabBrokerOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var listener = new Socket(options.Listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(options.Listen);
            listener.Listen(16);
        }
        catch (SocketException e)
        {
            listener.Dispose();
            throw new TunnelException(e.SocketErrorCode == SocketError.AddressAlreadyInUse ? TunnelError.AddressInUse : TunnelError.Unreachable, $"lab broker: {options.Listen}: {e.Message}", null, e);
        }

        var broker = new LabBroker(options, time ?? TimeProvider.System, listener);
        broker._running = Task.Run(broker.AcceptAsync);
        return broker;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        LabClient[] open;
        lock (_gate) open = [.. _open];
        foreach (LabClient client in open) client.Abort();
        foreach (LabClient client in open) await client.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>Takes a message, and gives it to all who want it.</summary>
    /// <param name="from">Whose it is.</param>
    /// <param name="publish">The message.</param>
    /// <returns>Whether anybody wants it.</returns>
    internal bool Route(LabClient from, in MqttPublish publish)
    {
        Interlocked.Increment(ref _published);
        if (publish.Retain) Retain(publish);
        bool isWanted = false;
        foreach (LabClient client in _clients)
        {
            if (client.WantedQos(publish.Topic, client == from) is not { } qos) continue;
            isWanted = true;
            // §3.3.1.3: to those who had subscribed before, it is not a retained one.
            Interlocked.Increment(ref client.Deliver(publish, Least(qos, publish.Qos), retain: false) ? ref _delivered : ref _dropped);
        }

        return isWanted;
    }

    /// <summary>Gives a client what the topics of a filter retain.</summary>
    internal void SendRetained(LabClient to, LabSubscription subscription)
    {
        LabMessage[] messages;
        lock (_gate) messages = [.. _retained.Values.Where(m => MqttTopicName.Matches(subscription.Filter, m.Topic))];
        foreach (LabMessage message in messages) to.Deliver(message.ToPublish(), Least(subscription.Qos, message.Qos), retain: true);
    }

    /// <summary>A client that may come in.</summary>
    internal void Join(LabClient client)
    {
        LabClient? other;
        lock (_gate)
        {
            other = Array.Find(_clients, c => c.Identifier == client.Identifier);
            _clients = [.. _clients.Where(c => c != other), client];
        }

        other?.TakeOver(); // §3.1.4
    }

    /// <summary>A client is gone.</summary>
    internal void Leave(LabClient client)
    {
        lock (_gate)
        {
            _open.Remove(client);
            _clients = [.. _clients.Where(c => c != client)];
        }
    }

    private static MqttQos Least(MqttQos a, MqttQos b) => a < b ? a : b;

    private void Retain(in MqttPublish publish)
    {
        string topic = Encoding.UTF8.GetString(publish.Topic);
        lock (_gate)
        {
            if (publish.Payload.IsEmpty) _retained.Remove(topic); // §3.3.1.3
            else if (_retained.ContainsKey(topic) || _retained.Count < _options.MostRetained) _retained[topic] = new LabMessage(publish.Topic.ToArray(), publish.Payload.ToArray(), publish.Qos, true);
        }
    }

    private void Check()
    {
        LabClient[] open;
        lock (_gate) open = [.. _open];
        foreach (LabClient client in open) client.Check(Now);
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            Socket socket = await _listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
            socket.NoDelay = true;
            lock (_gate)
            {
                if (_open.Count < _options.MostClients)
                {
                    var client = new LabClient(this, socket);
                    _open.Add(client);
                    client.Start();
                    continue;
                }
            }

            socket.Dispose();
        }
    }
}
