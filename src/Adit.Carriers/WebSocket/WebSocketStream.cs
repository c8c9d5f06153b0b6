using System.Diagnostics.CodeAnalysis;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Wire.WebSocket;

namespace Adit.Carriers.WebSocket;

/// <summary>
/// A stream of octets as WebSocket frames. Theory of operation: what is written goes out as binary messages, one frame each; the boundaries of messages mean nothing.
/// WebSocket itself has no half-close (RFC 6455 §5.5.1 lets no data follow a close frame), so <b>an empty text message ends a direction</b>, and a close frame both:
/// code 1000, 1005 or none is an orderly end, any other a reset. Octets that end without either were cut. Who has ended its own direction and seen the
/// other's end sends a close frame. Pings keep the path awake and are answered at once; they also serve to probe the path (<see cref="ProbeAsync"/>).
/// One read and one write may be under way at once; control frames find their place between them.
/// </summary>
public sealed partial class WebSocketStream : DuplexStream
{
    private readonly FrameTransport _transport;
    private readonly WebSocketStreamOptions _options;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer? _heartbeat;
    private TunnelException? _failure;
    private int _disposed;

    /// <summary>Takes a transport over whose opening handshake is done.</summary>
    /// <param name="transport">The transport; owned from here on.</param>
    /// <param name="options">How to frame; null for the defaults.</param>
    /// <param name="time">The clock of heartbeats; the system's if null.</param>
    public WebSocketStream(FrameTransport transport, WebSocketStreamOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(transport);
        _transport = transport;
        _options = options ?? new WebSocketStreamOptions();
        if (_options.Heartbeat > TimeSpan.Zero)
        {
            TimeSpan half = _options.Heartbeat / 2;
            _heartbeat = (time ?? TimeProvider.System).CreateTimer(static s => ((WebSocketStream)s!).Beat(), this, half, half);
        }
    }

    /// <summary>Completes once the transport was let go of, in order or not.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Whether this side has said that it will send nothing any more, or let go.</summary>
    public bool IsClosing => _closeSent || Volatile.Read(ref _disposed) != 0;

    /// <inheritdoc/>
    public override void Abort(TunnelError error)
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _heartbeat?.Dispose();
        Fail(new TunnelException(error, $"{_options.Name}: aborted"));
        _transport.Abort(error);
        Finish();
    }

    /// <summary>Ends both directions. What was written still arrives, followed by a close frame; that happens after this returns, within <see cref="WebSocketStreamOptions.CloseTime"/>.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _heartbeat?.Dispose();
            _ = CloseAsync();
        }

        base.Dispose(disposing);
    }

    /// <summary>
    /// Says goodbye. Closing a socket with octets unread would reset the connection and take with it what the peer has not read yet, so that what is still on
    /// its way here is read first; where a read is under way already, nothing is unread.
    /// </summary>
    private async Task CloseAsync()
    {
        using var limit = new CancellationTokenSource(_options.CloseTime);
        try
        {
            if (_failure is null)
            {
                await SendCloseAsync(WebSocketClose.Normal, limit.Token).ConfigureAwait(false);
                if (Interlocked.Exchange(ref _reading, 1) == 0) await DrainAsync(limit.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // It is gone, or slow.
        }

        Fail(new TunnelException(TunnelError.Closed, $"{_options.Name}: the stream is closed"));
        _transport.Close();
        Finish();
    }

    private void Finish() => _closed.TrySetResult();

    private void Fail(TunnelException failure) => Interlocked.CompareExchange(ref _failure, failure, null);

    private void ThrowIfFailed()
    {
        if (Volatile.Read(ref _failure) is { } failure) throw new TunnelException(failure.Error, failure.Message, failure.Hop, failure.InnerException);
    }

    [DoesNotReturn]
    private void ThrowBroken(string what, string expected, string got)
    {
        var failure = new TunnelException(TunnelError.ProtocolViolation, $"{_options.Name}: {what}: expected {expected}, got {got}");
        Fail(failure);
        _ = RefuseAsync();
        throw failure;
    }

    // RFC 6455 §7.1.7: who finds the protocol broken says so, where that still can be said, and ends the connection.
    private async Task RefuseAsync()
    {
        using var limit = new CancellationTokenSource(_options.CloseTime);
        try
        {
            await SendCloseAsync(WebSocketClose.ProtocolError, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // It is gone.
        }

        Abort(TunnelError.ProtocolViolation);
    }

    private TunnelException Lost(Exception cause)
    {
        if (cause is TunnelException { Error: not TunnelError.Closed } known)
        {
            Fail(known);
            return known;
        }

        var failure = Volatile.Read(ref _disposed) != 0 && _failure is null
            ? new TunnelException(TunnelError.Closed, $"{_options.Name}: the stream is closed", null, cause)
            : _failure ?? new TunnelException(TunnelError.ConnectionLost, $"{_options.Name}: {cause.Message}", null, cause);
        Fail(failure);
        return failure;
    }
}
