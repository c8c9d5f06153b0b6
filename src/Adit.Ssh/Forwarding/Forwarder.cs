using Adit.Core;
using Adit.Core.Relay;
using Adit.Core.Streams;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Adit.Ssh.Forwarding;

/// <summary>
/// Accepts streams from a listener and joins each with a stream dialled for it. Theory of operation: one loop accepts and never waits for anything
/// else, so that a dead target stalls nobody but those who asked for it. A stream whose target is not reached is reset. A forward of any direction is
/// one of these: the listener stands here or at the server, and the dialer dials from there or from here.
/// Disposing releases the address at once; connections that are under way go on until they end, or the session does.
/// </summary>
public abstract partial class Forwarder : IAsyncDisposable
{
    private readonly IStreamListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private TaskCompletionSource? _idle;
    private Task _accepting = Task.CompletedTask;
    private readonly LinkedList<ForwardedConnection> _connections = new();
    private long _accepted;
    private long _failed;
    private long _up;
    private long _down;
    private int _disposed;

    private protected Forwarder(IStreamListener listener, ILogger? logger)
    {
        ArgumentNullException.ThrowIfNull(listener);
        _listener = listener;
        Logger = logger ?? NullLogger.Instance;
    }

    /// <summary>Where it listens, with the port that was chosen where 0 was asked for.</summary>
    public Destination BoundAt => _listener.BoundAt;

    /// <summary>Connections under way: accepted, and not over yet.</summary>
    public int ConnectionCount
    {
        get
        {
            lock (_lock) return _connections.Count;
        }
    }

    /// <summary>What it did so far.</summary>
    public ForwarderStatistics Statistics
    {
        get
        {
            lock (_lock) return new(_accepted, _failed, _up, _down);
        }
    }

    /// <summary>Completes when no more connections are accepted: the forwarder was disposed, or its listener ended with the session. Never faults.</summary>
    public Task Completion => _accepting;

    /// <summary>Where failures are told.</summary>
    protected ILogger Logger { get; }

    /// <summary>Waits until no connection is under way.</summary>
    public Task WaitIdleAsync(CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (_connections.Count == 0) return Task.CompletedTask;
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The connections under way, the eldest first.</summary>
    /// <param name="most">No more than so many.</param>
    public IReadOnlyList<ForwardedConnection> Connections(int most)
    {
        lock (_lock) return [.. _connections.Take(most)];
    }

    /// <summary>Ends the connections that are under way.</summary>
    public void AbortConnections()
    {
        foreach (ForwardedConnection each in Connections(int.MaxValue)) each.Incoming.Stream.Abort(TunnelError.Closed);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _listener.DisposeAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    /// <summary>Begins to accept; the last thing a constructor does.</summary>
    private protected void Start() => _accepting = AcceptAsync();

    /// <summary>Opens the stream that an accepted one is joined with.</summary>
    /// <returns>Null when there is nothing to join: the peer has been told.</returns>
    /// <exception cref="TunnelException">The target was not reached.</exception>
    private protected abstract ValueTask<DuplexStream?> OpenAsync(Incoming incoming, CancellationToken cancellationToken);

    /// <summary>Joins a stream with one dialled for it; a null one of <see cref="OpenAsync"/> just ends.</summary>
    private protected virtual async Task<RelayResult> RelayAsync(Incoming incoming, CancellationToken cancellationToken)
    {
        if (await OpenAsync(incoming, cancellationToken).ConfigureAwait(false) is { } target) return await StreamRelay.RunAsync(incoming.Stream, target).ConfigureAwait(false);
        await incoming.Stream.DisposeAsync().ConfigureAwait(false);
        return new RelayResult(0, 0);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false) is { } incoming)
            {
                var connection = new LinkedListNode<ForwardedConnection>(new ForwardedConnection(incoming, DateTimeOffset.UtcNow));
                lock (_lock)
                {
                    _accepted++;
                    _connections.AddLast(connection);
                }

                _ = ServeAsync(connection);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            if (Volatile.Read(ref _disposed) == 0 && e is IOException) LogEnded(Logger, BoundAt, e.Message);
        }
    }

    private async Task ServeAsync(LinkedListNode<ForwardedConnection> connection)
    {
        Incoming incoming = connection.Value.Incoming;
        RelayResult? result = null;
        try
        {
            if (Logger.IsEnabled(LogLevel.Debug)) LogAccepted(Logger, BoundAt, incoming.Source?.ToString() ?? "a local process");
            result = await RelayAsync(incoming, _stop.Token).ConfigureAwait(false);
            if (result.Error is not null && Logger.IsEnabled(LogLevel.Debug)) LogBroken(Logger, BoundAt, result.Error.Message);
        }
        catch (Exception e)
        {
            incoming.Stream.Abort(e is TunnelException t ? t.Error : TunnelError.Closed);
            if (e is TunnelException) LogOpenFailed(Logger, e.Message);
            else if (e is not (OperationCanceledException or IOException or ObjectDisposedException)) LogUnexpected(Logger, BoundAt, e);
        }
        finally
        {
            lock (_lock)
            {
                if (result is null) _failed++;
                else (_up, _down) = (_up + result.FromFirst, _down + result.FromSecond);
                _connections.Remove(connection);
                if (_connections.Count == 0)
                {
                    _idle?.TrySetResult();
                    _idle = null;
                }
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Connection to {Listener} forwarding requested by {Source}.")]
    private static partial void LogAccepted(ILogger logger, Destination listener, string source);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Connection to {Listener} ended: {Reason}")]
    private static partial void LogBroken(ILogger logger, Destination listener, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Reason}")]
    private static partial void LogOpenFailed(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Listener}: accepts no more connections: {Reason}")]
    private static partial void LogEnded(ILogger logger, Destination listener, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Listener}: unexpected failure")]
    private static partial void LogUnexpected(ILogger logger, Destination listener, Exception exception);
}
