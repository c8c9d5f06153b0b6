using System.Buffers.Binary;
using System.Text;
using Adit.Core;
using Adit.Core.Lifeline;
using Adit.Core.Mailboxes;
using Adit.Core.Streams;
using Adit.Wire.Mqtt;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Adit.Carriers.Mqtt;

/// <summary>
/// A gateway's end: a client of a broker that all its clients share. Theory of operation: handshakes arrive at one topic, each behind the id of its path; WELCOME goes to that path's topic, and nothing is kept.
/// Only an authentic CONFIRM makes a path, for which the path's own topic is then subscribed; the broker does that before it takes the first message that follows, so the client's answer finds it.
/// One loop receives, one sends for all paths in turn. When the broker goes, the paths stay, and are subscribed again once it is back; those that were silent for long are given up.
/// </summary>
public sealed partial class MqttListener : IMailboxListener
{
    // Ours: pauses between attempts to reach a broker that went; how long what is under way may take when this end stops; and the silence after which a path is given up, four times what a client lets pass.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250), LongestPause = TimeSpan.FromSeconds(30), StopTime = TimeSpan.FromSeconds(1);
    private const long SilenceLimit = 60_000_000;

    private readonly MqttBrokerOptions _options;
    private readonly LifelineAcceptor _acceptor;
    private readonly IStreamDialer _previous;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _handshake;
    private readonly byte[] _handshakeOctets;
    private readonly int _prefixLength;
    private readonly MqttPresence? _presence;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, MqttPath> _paths = [];
    private readonly Dictionary<LifelineEndpoint, MqttPath> _byEndpoint = [];
    private readonly Func<LifelineEndpoint, ILifelineCarrier> _open;
    private readonly byte[] _answer;
    private UInt128 _id;
    private MqttConnection? _connection;
    private Task _running = Task.CompletedTask;

    /// <summary>Makes one; nothing is dialled yet.</summary>
    /// <param name="options">The broker, and what this gateway is called there.</param>
    /// <param name="acceptor">Takes the datagrams.</param>
    /// <param name="previous">Dials the broker; null for this machine's sockets.</param>
    /// <param name="logger">When the broker goes and comes; null for nowhere.</param>
    /// <param name="time">The clock; null for the system's.</param>
    public MqttListener(MqttBrokerOptions options, LifelineAcceptor acceptor, IStreamDialer? previous = null, ILogger? logger = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(acceptor);
        (_options, _acceptor, _previous, _logger, _time) = (options, acceptor, previous ?? new SocketDialer(options.AnswerTime), logger ?? NullLogger.Instance, time ?? TimeProvider.System);
        _handshake = MqttTopics.Handshake(options.Prefix, options.Server);
        _handshakeOctets = Encoding.UTF8.GetBytes(_handshake);
        _prefixLength = Encoding.UTF8.GetByteCount(options.Prefix);
        _answer = new byte[512];
        if (options.PresenceKeys is not null) _presence = new MqttPresence(options);
        _open = Open;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Places => [$"{_options.Name} ({_handshake})"];

    private long Now => (long)_time.GetElapsedTime(0).TotalMicroseconds;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await ConnectAsync(cancellationToken).ConfigureAwait(false);
        _running = Task.WhenAll(Task.Run(ReceiveAsync, CancellationToken.None), Task.Run(SendAsync, CancellationToken.None));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (await Task.WhenAny(_running, Task.Delay(StopTime)).ConfigureAwait(false) != _running)
        {
            // A broker that reads no more: what waits to be sent would wait for ever.
            lock (_gate) _connection?.Abort();
        }

        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        MqttPath[] paths;
        lock (_gate) paths = [.. _byEndpoint.Values];
        foreach (MqttPath path in paths) path.Endpoint.Remove();
        if (_connection is { } last) _presence?.Clear(last);
        if (_connection is not null) await _connection.DisposeAsync().ConfigureAwait(false);
        _connection = null;
    }

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        MqttConnection connection = await MqttConnection.OpenAsync(_options, _previous, _presence?.Topic, _time, cancellationToken).ConfigureAwait(false);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(_options.AnswerTime);
            await MqttMailboxDialer.SubscribeAsync(connection, _handshake, MqttQos.AtLeastOnce, _options, limit.Token).ConfigureAwait(false);
            lock (_gate)
            {
                foreach (MqttPath path in _paths.Values) path.Bind(connection, _options.Prefix);
                _connection = connection;
            }

            if (_presence is not null)
            {
                connection.Subscribe(_presence.Topic, MqttQos.AtLeastOnce);
                _presence.Say(connection, Now);
            }

            await connection.FlushAsync(limit.Token).ConfigureAwait(false);
            LogConnected(_logger, _options.Name, connection.Version == MqttVersion.V5 ? "5" : "3.1.1");
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw new TunnelException(TunnelError.TimedOut, $"{_options.Name}: broker: subscribe: expected an answer within {_options.AnswerTime.TotalSeconds:0.#} s, got none", _options.Name, e);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        WakeAll();
    }

    private async Task ReceiveAsync()
    {
        TimeSpan pause = FirstPause;
        long connected = _time.GetTimestamp();
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                if (_connection is null)
                {
                    await ConnectAsync(_stopping.Token).ConfigureAwait(false);
                    connected = _time.GetTimestamp();
                }

                MqttConnection connection = _connection!;
                do TakeAll(connection);
                while (await connection.FillAsync(_stopping.Token).ConfigureAwait(false));
                LogLost(_logger, _options.Name, "the broker has ended the connection");
            }
            catch (Exception e) when (e is TunnelException or IOException)
            {
                LogLost(_logger, _options.Name, e.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            // A broker that takes the connection and ends it is not asked each quarter of a second.
            if (_connection is not null && _time.GetElapsedTime(connected) > LongestPause) pause = FirstPause;
            MqttConnection? lost;
            lock (_gate) (lost, _connection) = (_connection, null);
            if (_presence is not null) lost?.Abort(); // a goodbye would leave the record there
            if (lost is not null) await lost.DisposeAsync().ConfigureAwait(false);
            DropSilent();
            await Task.Delay(pause, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 3 / 2, LongestPause.Ticks));
        }
    }

    private void TakeAll(MqttConnection connection)
    {
        while (connection.TryNext(out MqttArrival arrival))
        {
            if (arrival.Kind == MqttArrivalKind.Message) Take(connection, arrival);
            else if (arrival.Kind == MqttArrivalKind.Acknowledged && arrival.Reason >= MqttReasonCode.UnspecifiedError && arrival.Name == _presence?.Topic) LogRefused(_logger, MqttConnection.Refused(_options, $"publish to {arrival.Name}", arrival.Reason).Message);
            else if (arrival.Kind == MqttArrivalKind.Subscribed && arrival.Reason >= MqttReasonCode.UnspecifiedError) Refuse(arrival.Name!, arrival.Reason);
        }
    }

    private void Take(MqttConnection connection, in MqttArrival arrival)
    {
        ReadOnlySpan<byte> datagram = arrival.Payload;
        if (arrival.Topic.SequenceEqual(_handshakeOctets))
        {
            if (datagram.Length <= MqttTopics.IdLength) return;
            _id = BinaryPrimitives.ReadUInt128BigEndian(datagram);
            datagram = datagram[MqttTopics.IdLength..];
        }
        else if (_presence?.IsAt(arrival.Topic) == true)
        {
            if (_presence.Take(datagram)) WakeSender();
            return;
        }
        else if (!MqttTopics.TryReadUp(arrival.Topic, _prefixLength, out _id))
        {
            return;
        }

        int answered = _acceptor.Receive(datagram, MqttProfile.Profile, _answer, _open, out LifelineEndpoint? endpoint);
        if (answered > 0) connection.Publish(new MqttTopic(MqttTopics.Down(_options.Prefix, _id), 0), _answer.AsSpan(0, answered), default, MqttQos.AtLeastOnce);
        if (endpoint is null) return;
        MqttPath? path;
        lock (_gate) path = _byEndpoint.GetValueOrDefault(endpoint);
        if (path is null) return;
        path.LastHeard = Now;
        if (path.Id != _id) Move(path);
    }

    private MqttPath Open(LifelineEndpoint endpoint)
    {
        var path = new MqttPath(this, endpoint, _id, $"{_options.Name} {_id >> 96:x8}", new MqttPace(_options.Rate)) { LastHeard = Now };
        lock (_gate)
        {
            // An id is whose who came first; another that says it has none, so that nobody can take it away.
            bool isFree = _paths.TryAdd(_id, path);
            _byEndpoint[endpoint] = path;
            if (isFree && _connection is { } connection) path.Bind(connection, _options.Prefix);
        }

        DropSilent();
        return path;
    }

    /// <summary>A datagram that is authentic and new came by another id: who repeats a handshake that he overheard before it arrives gains nothing for longer than until the next datagram.</summary>
    private void Move(MqttPath path)
    {
        lock (_gate)
        {
            if (_connection is not { } connection || _paths.ContainsKey(_id)) return;
            path.Unbind(_options.Prefix);
            if (_paths.GetValueOrDefault(path.Id) == path) _paths.Remove(path.Id);
            path.Id = _id;
            _paths[_id] = path;
            path.Bind(connection, _options.Prefix);
        }

        path.Wake();
    }

    private void Refuse(string topic, MqttReasonCode reason)
    {
        TunnelException why = MqttConnection.Refused(_options, $"subscribe to {topic}", reason);
        LogRefused(_logger, why.Message);
        MqttPath? path;
        lock (_gate) path = _paths.Values.FirstOrDefault(p => MqttTopics.Up(_options.Prefix, p.Id) == topic);
        path?.Endpoint.Remove(why);
    }

    private void DropSilent()
    {
        long now = Now;
        MqttPath[] silent;
        lock (_gate) silent = [.. _byEndpoint.Values.Where(p => now - p.LastHeard > SilenceLimit)];
        foreach (MqttPath path in silent) path.Endpoint.Remove(new TunnelException(TunnelError.TimedOut, $"{path.Name}: nothing was heard for {SilenceLimit / 1_000_000} s"));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Name}: connected to the broker, MQTT {Version}")]
    private static partial void LogConnected(ILogger logger, string name, string version);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Name}: the broker is lost, and is tried again: {Reason}")]
    private static partial void LogLost(ILogger logger, string name, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Reason}")]
    private static partial void LogRefused(ILogger logger, string reason);
}
