using System.Threading.Channels;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Wire.Smpp;

namespace Adit.Carriers.Sms.Smpp;

/// <summary>A message centre's connection: one as transceiver, or, where the centre does not know that, one as transmitter and one as receiver.</summary>
public sealed class SmppLink : ISmsLink
{
    private const int MostReceived = 1024; // ours: the oldest go first
    private readonly SmppLinkOptions _options;
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly SmsPacer _pacer;
    private readonly List<Connection> _connections = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Channel<SmsArrival> _received = Channel.CreateBounded<SmsArrival>(new BoundedChannelOptions(MostReceived) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    private readonly SemaphoreSlim _room = new(0, 1);
    private int _disposed;

    private SmppLink(SmppLinkOptions options, TimeProvider time)
    {
        (_options, _time, _origin) = (options, time, time.GetTimestamp());
        _pacer = new SmsPacer(options.Carrier.Rate, options.Carrier.Window, options.Carrier.TimeScale);
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <inheritdoc/>
    public ChannelReader<SmsArrival> Received => _received.Reader;

    private Connection Sender => _connections[0];

    /// <summary>Connects and binds.</summary>
    /// <param name="options">The centre.</param>
    /// <param name="dialer">Dials it.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">The centre was not reached, or refuses.</exception>
    public static Task<SmppLink> OpenAsync(SmppLinkOptions options, IStreamDialer dialer, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(dialer);
        return LinkOpening.CompleteAsync(new SmppLink(options, time ?? TimeProvider.System), async link =>
        {
            if (!await link.BindAsync(dialer, SmppCommand.BindTransceiver, cancellationToken).ConfigureAwait(false))
            {
                await link.BindAsync(dialer, SmppCommand.BindTransmitter, cancellationToken).ConfigureAwait(false);
                await link.BindAsync(dialer, SmppCommand.BindReceiver, cancellationToken).ConfigureAwait(false);
            }

            foreach (Connection connection in link._connections) connection.Running = Task.WhenAll(Task.Run(() => link.WriteAsync(connection), CancellationToken.None), Task.Run(() => link.ReadAsync(connection), CancellationToken.None));
        });
    }

    /// <inheritdoc/>
    public async ValueTask WaitForRoomAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            long wait;
            lock (_pacer)
            {
                if (Sender.Engine.Failure is { } failure) throw new TunnelException(failure.Error, failure.Message, failure.Hop, failure);
                wait = Sender.Engine.Wait(Now);
            }

            if (wait == 0) return;
            await _room.WaitAsync(TimeSpan.FromMicroseconds(Math.Min(wait, 1_000_000)), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask SendAsync(string number, ReadOnlyMemory<byte> datagram, SmsForm form, CancellationToken cancellationToken = default)
    {
        await WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
        _options.Carrier.Budget?.Take(Name);
        try
        {
            lock (_pacer) Sender.Engine.Submit(number, datagram.Span, form, Now);
        }
        catch
        {
            _options.Carrier.Budget?.Return();
            throw;
        }

        Sender.Wake();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        foreach (Connection connection in _connections)
        {
            byte[] last;
            lock (_pacer)
            {
                connection.Engine.Unbind(Now);
                last = connection.Engine.Failure is null ? connection.Engine.Output.Take() : [];
            }

            if (last.Length == 0) continue;
            try
            {
                using var late = new CancellationTokenSource(TimeSpan.FromSeconds(1), _time);
                await connection.Writing.WaitAsync(late.Token).ConfigureAwait(false);
                await connection.Stream.WriteAsync(last, late.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or TunnelException or IOException)
            {
                // It ends one way or the other.
            }
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        foreach (Connection connection in _connections)
        {
            await connection.Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await connection.Stream.DisposeAsync().ConfigureAwait(false);
        }

        _received.Writer.TryComplete();
        _stopping.Dispose();
    }

    private long Now => (long)_time.GetElapsedTime(_origin).TotalMicroseconds;

    /// <returns>False when the centre knows no bind_transceiver.</returns>
    private async Task<bool> BindAsync(IStreamDialer dialer, SmppCommand bind, CancellationToken cancellationToken)
    {
        TimeSpan patience = 2 * _options.EnquireLink; // ours: for the connection, TLS and the answer together
        using var limit = new CancellationTokenSource(patience, _time);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        DuplexStream? stream = null;
        Connection connection;
        try
        {
            stream = await dialer.DialAsync(new DialRequest(new TcpDestination(_options.Host, _options.Port)), late.Token).ConfigureAwait(false);
            if (_options.Tls is { } tls) stream = await TlsLayer.ConnectAsync(stream, tls, late.Token).ConfigureAwait(false);
            connection = new Connection(stream, new SmppEngine(_options, bind, _pacer, Now));
            byte[] room = new byte[4096];
            await stream.WriteAsync(connection.Engine.Output.Take(), late.Token).ConfigureAwait(false);
            while (!connection.Engine.IsBound && connection.Engine.Failure is null)
            {
                int count = await stream.ReadAsync(room, late.Token).ConfigureAwait(false);
                if (count == 0) connection.Engine.End();
                else connection.Engine.Receive(room.AsSpan(0, count), Now);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            stream?.Abort(TunnelError.Closed);
            throw new TunnelException(TunnelError.TimedOut, $"{Name}: smpp: bind: expected an answer within {patience.TotalSeconds} s, got none", Name);
        }
        catch
        {
            stream?.Abort(TunnelError.Closed);
            throw;
        }

        if (connection.Engine.Failure is not { } failure)
        {
            _connections.Add(connection);
            return true;
        }

        await stream.DisposeAsync().ConfigureAwait(false);
        return connection.Engine.NeedsTwo ? false : throw failure;
    }

    private async Task ReadAsync(Connection connection)
    {
        byte[] room = new byte[16 * 1024];
        try
        {
            while (true)
            {
                // Also before the first read: a centre may deliver in one breath with its answer to the bind.
                lock (_pacer)
                {
                    while (connection.Engine.TryTake(out SmsArrival arrival)) _received.Writer.TryWrite(arrival);
                }

                connection.Wake();
                MakeRoom();
                if (connection.Engine.Failure is not null) break;
                int count = await connection.Stream.ReadAsync(room, _stopping.Token).ConfigureAwait(false);
                lock (_pacer)
                {
                    if (count == 0) connection.Engine.End();
                    else connection.Engine.Receive(room.AsSpan(0, count), Now);
                }
            }

            End(connection.Engine.Failure);
        }
        catch (Exception e)
        {
            End(e);
        }
    }

    private async Task WriteAsync(Connection connection)
    {
        try
        {
            while (true)
            {
                byte[] octets;
                long wait;
                lock (_pacer)
                {
                    connection.Engine.Tick(Now);
                    octets = connection.Engine.Output.Take();
                    wait = Math.Max(1000, Math.Min(connection.Engine.Deadline - Now, connection.Engine.Wait(Now) is > 0 and var room ? Math.Max(room, 1000) : long.MaxValue));
                }

                if (octets.Length > 0)
                {
                    await connection.Writing.WaitAsync(_stopping.Token).ConfigureAwait(false);
                    try
                    {
                        await connection.Stream.WriteAsync(octets, _stopping.Token).ConfigureAwait(false);
                    }
                    finally
                    {
                        connection.Writing.Release();
                    }

                    continue;
                }

                if (connection.Engine.Failure is { } failure)
                {
                    End(failure);
                    return;
                }

                await connection.Signal.WaitAsync(TimeSpan.FromMicroseconds(Math.Min(wait, 60_000_000)), _stopping.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            End(e);
        }
    }

    private void End(Exception? reason)
    {
        lock (_pacer)
        {
            foreach (Connection connection in _connections) connection.Engine.End();
        }

        _received.Writer.TryComplete(_stopping.IsCancellationRequested ? null : reason as TunnelException ?? new TunnelException(TunnelError.ConnectionLost, $"{Name}: smpp: {reason?.Message ?? "the connection ended"}", Name, reason));
        MakeRoom();
        foreach (Connection connection in _connections) connection.Wake();
    }

    private void MakeRoom()
    {
        lock (_room)
        {
            if (_room.CurrentCount == 0) _room.Release();
        }
    }

    private sealed class Connection(DuplexStream stream, SmppEngine engine)
    {
        public DuplexStream Stream => stream;

        public SmppEngine Engine => engine;

        public SemaphoreSlim Signal { get; } = new(0, 1);

        public SemaphoreSlim Writing { get; } = new(1, 1);

        public Task Running { get; set; } = Task.CompletedTask;

        public void Wake()
        {
            lock (Signal)
            {
                if (Signal.CurrentCount == 0) Signal.Release();
            }
        }
    }
}
