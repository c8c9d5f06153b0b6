using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Adit.Platform.EventLoops;

namespace Adit.Core.Streams;

/// <summary>
/// A connected TCP or unix stream socket on an event loop. Waiting for readability holds no buffer. Owns the socket.
/// </summary>
public sealed partial class SocketStream : DuplexStream, IReadyStream
{
    private const int ConnectionReset = 104; // ECONNRESET

    private readonly LoopSocket _socket;
    private readonly bool _isTcp;
    private bool _mayHaveMore;
    private bool _isSending;
    private bool _wasReset;
    private int _writesCompleted;
    private int _disposed;

    /// <summary>Takes over a connected stream socket: TCP gets TCP_NODELAY; buffers stay the kernel's to tune.</summary>
    /// <param name="socket">The socket; owned from here on, and not to be used beside this.</param>
    public SocketStream(Socket socket)
        : this(Take(socket), socket.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
    {
    }

    internal SocketStream(LoopSocket socket, bool isTcp)
    {
        _socket = socket;
        _isTcp = isTcp;
        if (isTcp) _ = socket.SetNoDelay();
    }

    /// <summary>The address of this end, where the family has one.</summary>
    public IPEndPoint? LocalEndPoint => AddressOf(remote: false);

    /// <summary>The address of the other end, where the family has one.</summary>
    public IPEndPoint? RemoteEndPoint => AddressOf(remote: true);

    /// <summary>Asks the kernel to acknowledge what comes next at once (TCP_QUICKACK), which it forgets again. For unix sockets nothing.</summary>
    public void AcknowledgeQuickly()
    {
        // A failure is told by the next read.
        if (_isTcp) _ = _socket.SetQuickAck();
    }

    /// <summary>
    /// Bounds what waits in the kernel unsent (TCP_NOTSENT_LOWAT), so that what is written next and more urgent is not far behind. For unix sockets nothing.
    /// </summary>
    public void LimitUnsent(int octets)
    {
        if (_isTcp) _ = _socket.SetUnsentLimit(octets);
    }

    /// <summary>Lets the kernel probe the path when it is silent (SO_KEEPALIVE). For unix sockets nothing.</summary>
    public void KeepAlive()
    {
        if (_isTcp) _ = _socket.SetKeepAlive();
    }

    /// <inheritdoc/>
    public bool TryRead(Span<byte> destination, out int count)
    {
        int error;
        while ((error = _socket.Receive(destination, out count)) == LoopSocket.Interrupted)
        {
        }

        // A read that was not filled has emptied the socket, and an edge tells of what comes next.
        _mayHaveMore = count == destination.Length;
        if (error == 0 && count == 0 && !destination.IsEmpty) ThrowIfReset();
        if (error == 0) return true;
        if (error == LoopSocket.TryAgain) return false;
        throw Failed("read", error);
    }

    /// <inheritdoc/>
    public void TryWrite(ReadOnlySpan<byte> source, out int count)
    {
        int error;
        Volatile.Write(ref _isSending, true);
        while ((error = _socket.Send(source, out count)) == LoopSocket.Interrupted)
        {
        }

        Sent(error);
        if (error is not (0 or LoopSocket.TryAgain)) throw Failed("write", error);
    }

    /// <summary>Writes what is accepted now of several parts.</summary>
    /// <param name="parts">At least one.</param>
    /// <param name="count">Octets taken, fewer perhaps than offered; 0 when none can be taken now.</param>
    /// <exception cref="TunnelException">The stream failed.</exception>
    public void TryWrite(SendParts parts, out int count)
    {
        int error;
        Volatile.Write(ref _isSending, true);
        while ((error = _socket.Send(parts, out count)) == LoopSocket.Interrupted)
        {
        }

        Sent(error);
        if (error is not (0 or LoopSocket.TryAgain)) throw Failed("write", error);
    }

    /// <inheritdoc/>
    public ValueTask WaitReadableAsync(CancellationToken cancellationToken = default)
    {
        // No edge comes for what was there before: who has not read all, or waits twice, is told at once.
        if (_mayHaveMore && _socket.HasSomething()) return ValueTask.CompletedTask;
        _mayHaveMore = true;
        return cancellationToken.CanBeCanceled ? WaitReadableOrCancelAsync(cancellationToken) : _socket.WaitReadableAsync();
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (buffer.IsEmpty)
            {
                await WaitReadableAsync(cancellationToken).ConfigureAwait(false);
                return 0;
            }

            if (TryRead(buffer.Span, out int count)) return count;
            await WaitReadableAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TryWrite(buffer.Span, out int count);
            buffer = buffer[count..];
            if (buffer.IsEmpty) return;
            // A socket that took a part is full: an edge tells when there is room again.
            if (cancellationToken.CanBeCanceled) await WaitWritableOrCancelAsync(cancellationToken).ConfigureAwait(false);
            else await _socket.WaitWritableAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default)
    {
        // Where the other end is gone already, reading tells it.
        if (Interlocked.Exchange(ref _writesCompleted, 1) == 0) _ = _socket.ShutdownWrites();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override void Abort(TunnelError error)
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        if (_isTcp) _ = _socket.SetReset();
        _socket.Dispose();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0) _socket.Dispose();
        base.Dispose(disposing);
    }

    private static LoopSocket Take(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        socket.Blocking = false;
        return new LoopSocket(socket.SafeHandle, EventLoop.Here, socket);
    }

    private void Sent(int error)
    {
        if (error == ConnectionReset) _wasReset = true;
        Volatile.Write(ref _isSending, false);
    }

    /// <summary>The kernel tells a reset once: where a write hears of it, a read sees the end, perhaps before the write has returned.</summary>
    private void ThrowIfReset()
    {
        var wait = default(SpinWait);
        while (Volatile.Read(ref _isSending)) wait.SpinOnce(); // which never blocks
        if (_wasReset) throw Failed("read", ConnectionReset);
    }

    private TunnelException Failed(string what, int error) => error == LoopSocket.Closed || _socket.IsClosed
        ? new TunnelException(TunnelError.Closed, $"socket: {what}: the stream is closed")
        : new TunnelException(SystemErrors.ToTunnelError(error), $"socket: {SystemErrors.ToText(error)}");

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WaitReadableOrCancelAsync(CancellationToken cancellationToken)
    {
        using (cancellationToken.UnsafeRegister(static socket => ((LoopSocket)socket!).WakeReader(), _socket))
        {
            await _socket.WaitReadableAsync().ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WaitWritableOrCancelAsync(CancellationToken cancellationToken)
    {
        using (cancellationToken.UnsafeRegister(static socket => ((LoopSocket)socket!).WakeWriter(), _socket))
        {
            await _socket.WaitWritableAsync().ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private IPEndPoint? AddressOf(bool remote)
    {
        Span<byte> address = stackalloc byte[SocketAddresses.MaximumLength];
        return _socket.GetAddress(remote, address, out int length) == 0 ? SocketAddresses.Read(address[..Math.Min(length, address.Length)]) : null;
    }
}
