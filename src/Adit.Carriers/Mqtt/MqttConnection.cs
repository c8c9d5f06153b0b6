using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Wire.Mqtt;

namespace Adit.Carriers.Mqtt;

/// <summary>
/// A client's connection to a broker over a stream. One thread receives; several may send. What is sent gathers in one buffer while another is written, so that many small packets leave together.
/// </summary>
internal sealed class MqttConnection : IAsyncDisposable
{
    // Ours: four messages of the usual length a write; and room for several of the longest a read.
    private const int FlushLength = 64 * 1024, ReceiveLength = 256 * 1024, QuickLength = 4096;

    // Ours: answers that wait while the broker does not read.
    private const int MostAnswers = 1024 * 1024;

    // Ours: a payload below which nothing is carried, behind a topic of a usual length.
    private const int LeastPayload = 512, LongTopic = 64;

    private readonly DuplexStream _stream;
    private readonly SocketStream? _socket;
    private readonly MqttBrokerOptions _options;
    private readonly MqttSession _session;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly byte[] _received = new byte[ReceiveLength];
    private readonly ITimer _timer;
    private byte[] _spare = new byte[4096];
    private int _start;
    private int _end;
    private int _flushing;
    private int _disposed;

    private MqttConnection(DuplexStream stream, SocketStream? socket, MqttBrokerOptions options, MqttVersion version, string? cleared, TimeProvider time)
    {
        (_stream, _socket, _options, _time) = (stream, socket, options, time);
        var session = new MqttSessionOptions
        {
            ClientId = "adit" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)),
            User = options.User,
            Password = options.Password,
            ClearedTopic = cleared,
            KeepAlive = (long)options.KeepAlive.TotalMicroseconds,
            AnswerTime = (long)options.AnswerTime.TotalMicroseconds,
        };
        _session = new MqttSession(session, version, Now);
        _timer = time.CreateTimer(static self => ((MqttConnection)self!).OnTimer(), this, Tick, Tick);
    }

    /// <summary>The version that is spoken.</summary>
    public MqttVersion Version => _session.Version;

    // An eighth of the keep-alive: a broker cuts after one and a half.
    private TimeSpan Tick => TimeSpan.FromSeconds(Math.Clamp(_session.KeepAlive / 8e6, 0.1, 5));

    private long Now => (long)_time.GetElapsedTime(0).TotalMicroseconds;

    /// <summary>Connects, with the versions in turn.</summary>
    /// <param name="options">The broker.</param>
    /// <param name="previous">Dials it.</param>
    /// <param name="cleared">The topic whose retained message goes when this connection breaks; null for none.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">The broker cannot be reached, or refuses.</exception>
    public static async Task<MqttConnection> OpenAsync(MqttBrokerOptions options, IStreamDialer previous, string? cleared, TimeProvider? time, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(2 * options.AnswerTime);
        try
        {
            for (int i = 0; ; i++)
            {
                (MqttConnection? connection, MqttReasonCode reason) = await TryOpenAsync(options, options.Versions[i], previous, cleared, time ?? TimeProvider.System, i + 1 == options.Versions.Count, limit.Token).ConfigureAwait(false);
                if (connection is not null) return connection;
                if (reason is not (MqttReasonCode.UnsupportedProtocolVersion or MqttReasonCode.UnspecifiedError) || i + 1 == options.Versions.Count) throw Refused(options, "CONNECT", reason);
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TunnelException(TunnelError.TimedOut, $"{options.Name}: broker: expected an answer within {2 * options.AnswerTime.TotalSeconds:0.#} s, got none", options.Name, e);
        }
    }

    /// <summary>What a broker's refusal is called.</summary>
    public static TunnelException Refused(MqttBrokerOptions options, string what, MqttReasonCode reason) => new(
        reason switch
        {
            MqttReasonCode.BadUserNameOrPassword => TunnelError.AuthenticationFailed,
            MqttReasonCode.NotAuthorized or MqttReasonCode.Banned => TunnelError.PermissionDenied,
            MqttReasonCode.NoMatchingSubscribers => TunnelError.Unreachable,
            MqttReasonCode.UnsupportedProtocolVersion => TunnelError.NotSupported,
            MqttReasonCode.ServerBusy or MqttReasonCode.QuotaExceeded or MqttReasonCode.ConnectionRateExceeded or MqttReasonCode.MessageRateTooHigh => TunnelError.ResourceShortage,
            MqttReasonCode.ServerShuttingDown or MqttReasonCode.ServerUnavailable => TunnelError.ConnectionLost,
            _ => TunnelError.RefusedByHop,
        },
        $"{options.Name}: broker: {what}: expected to be granted, got {reason} (0x{(int)reason:x2})",
        options.Name);

    /// <summary>A topic to publish to.</summary>
    public MqttTopic OpenTopic(string name)
    {
        lock (_gate) return _session.OpenTopic(name);
    }

    /// <summary>Gives a topic back.</summary>
    public void CloseTopic(MqttTopic topic)
    {
        lock (_gate) _session.CloseTopic(topic);
    }

    /// <summary>Octets of a payload, as the options and the broker allow.</summary>
    public int PayloadLimit(MqttTopic topic) => Math.Min(_options.PayloadLength, _session.PayloadLimit(topic.Octets.Length));

    /// <summary>Puts a message to those that are to be sent; <see cref="FlushAsync"/> sends them.</summary>
    /// <returns>Whether so much waits now that it had better be sent.</returns>
    public bool Publish(MqttTopic topic, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, MqttQos qos, bool retain = false)
    {
        lock (_gate)
        {
            _session.Publish(topic, first, second, qos, Now, retain);
            return _session.OutputLength >= FlushLength;
        }
    }

    /// <summary>Asks for a topic's messages; <see cref="FlushAsync"/> sends that.</summary>
    public void Subscribe(string topic, MqttQos qos, bool retained = false)
    {
        lock (_gate) _session.Subscribe(topic, qos, Now, retained);
    }

    /// <summary>Wants a topic's messages no more; <see cref="FlushAsync"/> sends that.</summary>
    public void Unsubscribe(string topic)
    {
        lock (_gate) _session.Unsubscribe(topic, Now);
    }

    /// <summary>Sends all that waits.</summary>
    /// <exception cref="TunnelException">The connection is broken.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (true)
            {
                ReadOnlyMemory<byte> output;
                lock (_gate)
                {
                    if (_session.OutputLength == 0) return;
                    output = _session.TakeOutput(ref _spare);
                }

                // A packet that was begun is sent whole, whoever gives up.
                await _stream.WriteAsync(output, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException && e is not TunnelException { Hop: not null })
        {
            throw Lost(e);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Takes the next thing that arrived already; valid until <see cref="FillAsync"/>.</summary>
    /// <exception cref="TunnelException">The broker breaks the protocol, was silent for too long, or has ended the connection.</exception>
    public bool TryNext(out MqttArrival arrival)
    {
        lock (_gate)
        {
            bool isThere = _session.TryReceive(_received.AsSpan(_start, _end - _start), Now, out int consumed, out arrival);
            _start += consumed;
            if (_session.Failure is { } failure) throw new TunnelException(failure.Error, $"{_options.Name}: broker: {failure.Reason}", _options.Name);
            if (arrival.Kind == MqttArrivalKind.Disconnected) throw Refused(_options, "connection", arrival.Reason);
            return isThere;
        }
    }

    /// <summary>Waits for more, once <see cref="TryNext"/> has nothing left.</summary>
    /// <returns>False at the end of the connection.</returns>
    /// <exception cref="TunnelException">The connection is broken.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        // What was answered leaves, but is not waited for: a broker that reads no more before we do would never. Only much is.
        if (_session.OutputLength > MostAnswers) await FlushAsync(cancellationToken).ConfigureAwait(false);
        else if (_session.OutputLength > 0) _ = FlushQuietlyAsync();
        if (_start == _end) _start = _end = 0;
        else if (_start > ReceiveLength / 2)
        {
            _received.AsSpan(_start, _end - _start).CopyTo(_received);
            (_start, _end) = (0, _end - _start);
        }

        try
        {
            int count = await _stream.ReadAsync(_received.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            _end += count;
            // Brokers leave Nagle's algorithm on: the acknowledgement of a little thing is what the next waits for.
            if (count < QuickLength) _socket?.AcknowledgeQuickly();
            return count > 0;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException && e is not TunnelException { Hop: not null })
        {
            throw Lost(e);
        }
    }

    /// <summary>Ends without a goodbye, so that the broker carries out the will.</summary>
    public void Abort() => _stream.Abort(TunnelError.Closed);

    /// <summary>Says goodbye where that needs no waiting, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _timer.DisposeAsync().ConfigureAwait(false);
        lock (_gate) _session.Disconnect(Now);
        Task goodbye = FlushAsync().AsTask();
        await Task.WhenAny(goodbye, Task.Delay(TimeSpan.FromSeconds(1))).ConfigureAwait(false);
        if (!goodbye.IsCompletedSuccessfully)
        {
            _stream.Abort(TunnelError.Closed);
            await goodbye.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<(MqttConnection? Connection, MqttReasonCode Reason)> TryOpenAsync(
        MqttBrokerOptions options, MqttVersion version, IStreamDialer previous, string? cleared, TimeProvider time, bool isLast, CancellationToken cancellationToken)
    {
        DuplexStream stream = await previous.DialAsync(new DialRequest(options.Broker), cancellationToken).ConfigureAwait(false);
        var socket = stream as SocketStream;
        try
        {
            // Where HTTP comes first, ALPN says so; MQTT itself has none that every broker knows.
            if (options.Tls is { } tls) stream = await TlsLayer.ConnectAsync(stream, options.WebSocketPath is null ? tls : tls with { ApplicationProtocols = [SslApplicationProtocol.Http11] }, cancellationToken).ConfigureAwait(false);
            if (options.WebSocketPath is { } path) stream = await MqttWebSocket.OpenAsync(stream, path, options, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            stream.Abort(TunnelError.Closed);
            throw;
        }

        var connection = new MqttConnection(stream, socket, options, version, cleared, time);
        try
        {
            await connection.FlushAsync(cancellationToken).ConfigureAwait(false);
            while (true)
            {
                MqttReasonCode? reason = connection.TakeConnack();
                if (reason == MqttReasonCode.Success)
                {
                    connection._timer.Change(connection.Tick, connection.Tick); // the broker may have named another keep-alive
                    int most = connection._session.PayloadLimit(LongTopic);
                    return most >= LeastPayload ? (connection, MqttReasonCode.Success) : throw new TunnelException(TunnelError.NotSupported, $"{options.Name}: broker: expected to be permitted messages of {LeastPayload} octets, got {most}", options.Name);
                }

                if (reason is { } refused)
                {
                    await connection.DisposeAsync().ConfigureAwait(false);
                    return (null, refused);
                }

                if (!await connection.FillAsync(cancellationToken).ConfigureAwait(false)) throw new TunnelException(TunnelError.ConnectionLost, $"{options.Name}: broker: expected CONNACK, got the end", options.Name);
            }
        }
        catch (TunnelException e) when (!isLast && e.Error is TunnelError.ConnectionLost or TunnelError.Reset)
        {
            // Brokers that do not know a version may just hang up.
            await connection.DisposeAsync().ConfigureAwait(false);
            return (null, MqttReasonCode.UnspecifiedError);
        }
        catch
        {
            stream.Abort(TunnelError.Closed);
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private MqttReasonCode? TakeConnack()
    {
        while (TryNext(out MqttArrival arrival))
        {
            if (arrival.Kind == MqttArrivalKind.Connected) return arrival.Reason;
        }

        return null;
    }

    private void OnTimer()
    {
        bool sends, fails;
        lock (_gate)
        {
            _session.Tick(Now);
            (sends, fails) = (_session.OutputLength > 0, _session.Failure is not null);
        }

        if (fails) _stream.Abort(TunnelError.TimedOut);
        else if (sends) _ = FlushQuietlyAsync();
    }

    /// <summary>Sends all that waits, without being waited for; one at a time, for while the broker does not read each more would only wait.</summary>
    private async Task FlushQuietlyAsync()
    {
        bool more = true;
        while (more && Interlocked.Exchange(ref _flushing, 1) == 0)
        {
            try
            {
                await FlushAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                return; // whoever receives learns of it; nothing goes any more
            }

            Volatile.Write(ref _flushing, 0);
            lock (_gate) more = _session.OutputLength > 0; // came since, and relied on us
        }
    }

    private TunnelException Lost(Exception cause)
    {
        lock (_gate)
        {
            return _session.Failure is { } failure
                ? new TunnelException(failure.Error, $"{_options.Name}: broker: {failure.Reason}", _options.Name, cause)
                : new TunnelException((cause as TunnelException)?.Error ?? TunnelError.ConnectionLost, $"{_options.Name}: broker: {cause.Message}", _options.Name, cause);
        }
    }
}
