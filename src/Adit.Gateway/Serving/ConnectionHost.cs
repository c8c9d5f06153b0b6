using System.Collections.Concurrent;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Gateway.Admission;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Serving;

/// <summary>
/// Accepts connections, lets them in or turns them away, and runs each to its end. Listeners may come and go; connections stay. Disposing stops
/// listening, says goodbye to every connection and cuts what does not go, within <see cref="GatewayServer.StopTime"/>.
/// </summary>
/// <param name="make">Makes a connection that was let in, from its number.</param>
/// <param name="refused">Told of each that was turned away, and why.</param>
/// <param name="logger">Where to log.</param>
/// <param name="time">The clock.</param>
internal sealed partial class ConnectionHost(Func<long, Incoming, IServedConnection> make, Action<Incoming, string> refused, ILogger logger, TimeProvider time) : IAsyncDisposable
{
    // Ours: how long, and for how many at once, a client that is turned away is given a reason.
    private static readonly TimeSpan TurnAwayTime = TimeSpan.FromSeconds(1);
    private const int MostTurnedAway = 64;

    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<IServedConnection, Task> _connections = new();
    private readonly ConcurrentDictionary<IStreamListener, Task> _listeners = new();
    private long _number;
    private long _refused;
    private int _turningAway;
    private int _disposed;

    /// <summary>How many connections there are, those that are logging in included.</summary>
    public int Count => _connections.Count;

    /// <summary>How many connections were let in so far.</summary>
    public long Admitted => Interlocked.Read(ref _number);

    /// <summary>How many were turned away so far.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>The connections of this moment.</summary>
    public IReadOnlyCollection<IServedConnection> Connections => [.. _connections.Keys];

    /// <summary>Starts to accept from a listener, which is owned from here on.</summary>
    /// <param name="listener">The listener.</param>
    /// <param name="gate">What its connections pass.</param>
    public void Listen(IStreamListener listener, ConnectionGate gate) => _listeners[listener] = AcceptAsync(listener, gate);

    /// <summary>Stops listening; connections go on.</summary>
    public async ValueTask StopListeningAsync()
    {
        foreach (IStreamListener listener in _listeners.Keys)
        {
            if (!_listeners.TryRemove(listener, out Task? accepting)) continue;
            await listener.DisposeAsync().ConfigureAwait(false);
            await accepting.ConfigureAwait(false);
        }
    }

    /// <summary>Lets one connection in that came from elsewhere than a listener, and runs it to its end.</summary>
    /// <returns>False when it was turned away.</returns>
    public async Task<bool> RunAsync(Incoming incoming, ConnectionGate gate)
    {
        if (!TryAdmit(incoming, gate, out IServedConnection? connection, out PendingLogin? login)) return false;
        await RunAsync(connection!, login!).ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await StopListeningAsync().ConfigureAwait(false);
        IServedConnection[] connections = [.. _connections.Keys];
        Task goodbye = Task.WhenAll(connections.Select(s => s.StopAsync("the gateway stopped").AsTask()));
        Task all = Task.WhenAll([goodbye, .. _connections.Values]);
        await Task.WhenAny(all, Task.Delay(GatewayServer.StopTime, time)).ConfigureAwait(false);
        if (!all.IsCompleted)
        {
            foreach (IServedConnection connection in connections) connection.Abort();
            await Task.WhenAny(all, Task.Delay(TimeSpan.FromMilliseconds(250), time)).ConfigureAwait(false);
        }

        _stopping.Dispose();
    }

    private async Task AcceptAsync(IStreamListener listener, ConnectionGate gate)
    {
        while (true)
        {
            Incoming? incoming;
            try
            {
                incoming = await listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever one connection brings, the next one is served.
                LogAcceptFailed(logger, listener.BoundAt, e);
                await Task.Delay(TimeSpan.FromMilliseconds(100), time).ConfigureAwait(false);
                continue;
            }

            if (incoming is null) return;
            if (TryAdmit(incoming, gate, out IServedConnection? connection, out PendingLogin? login)) _ = RunAsync(connection!, login!);
        }
    }

    private bool TryAdmit(Incoming incoming, ConnectionGate gate, out IServedConnection? connection, out PendingLogin? login)
    {
        connection = null;
        if (gate.TryEnter(incoming.Source?.Address, incoming.CarrierKey, out login, out string? why))
        {
            connection = make(Interlocked.Increment(ref _number), incoming);
            return true;
        }

        Interlocked.Increment(ref _refused);
        refused(incoming, why!);
        _ = TurnAwayAsync(incoming.Stream, why!.StartsWith("max-startups", StringComparison.Ordinal) ? "Exceeded MaxStartups\r\n" : "Not allowed at this time\r\n");
        return false;
    }

    private async Task RunAsync(IServedConnection connection, PendingLogin login)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _connections[connection] = ended.Task;
        // Off the accept loop: a handshake's arithmetic must not keep the next connection waiting.
        await Task.Yield();
        try
        {
            await connection.RunAsync(login, _stopping.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogConnectionFailed(logger, connection.Name, e);
        }
        finally
        {
            _connections.TryRemove(connection, out _);
            ended.SetResult();
        }
    }

    /// <summary>
    /// Says one line and closes. RFC 4253 §4.2 lets a server send lines before its identification; clients show them with -v. Closing with octets
    /// unread would reset the connection and take the line with it, so what the client has sent is read first, for a moment and by a few at once.
    /// </summary>
    private async Task TurnAwayAsync(DuplexStream stream, string line)
    {
        await using (stream.ConfigureAwait(false))
        {
            if (Interlocked.Increment(ref _turningAway) <= MostTurnedAway)
            {
                using var moment = new CancellationTokenSource(TurnAwayTime, time);
                try
                {
                    await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(line), moment.Token).ConfigureAwait(false);
                    await stream.CompleteWritesAsync(moment.Token).ConfigureAwait(false);
                    byte[] sink = new byte[512];
                    for (int reads = 0; reads < 8 && await stream.ReadAsync(sink, moment.Token).ConfigureAwait(false) > 0; reads++)
                    {
                    }
                }
                catch (Exception e) when (e is IOException or OperationCanceledException)
                {
                    // It is gone, or slow.
                }
            }

            Interlocked.Decrement(ref _turningAway);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Listener}: a connection could not be accepted")]
    private static partial void LogAcceptFailed(ILogger logger, Destination listener, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Connection}: unexpected failure")]
    private static partial void LogConnectionFailed(ILogger logger, string connection, Exception exception);
}
