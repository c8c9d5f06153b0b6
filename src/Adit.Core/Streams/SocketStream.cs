using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Adit.Core.Streams;

/// <summary>
/// A connected TCP or unix stream socket. Waiting for readability is a zero-byte receive, so an idle stream holds no buffer.
/// Owns the socket.
/// </summary>
public sealed class SocketStream : DuplexStream, IReadyStream
{
    private readonly Socket _socket;
    private int _writesCompleted;
    private int _disposed;

    /// <summary>Takes over a connected stream socket: TCP gets TCP_NODELAY; buffers stay the kernel's to tune.</summary>
    /// <param name="socket">The socket; owned from here on.</param>
    public SocketStream(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        _socket = socket;
        if (socket.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6) socket.NoDelay = true;
        socket.Blocking = false;
    }

    /// <summary>The address of this end, where the family has one.</summary>
    public EndPoint? LocalEndPoint => Try(static s => s.LocalEndPoint);

    /// <summary>The address of the other end, where the family has one.</summary>
    public EndPoint? RemoteEndPoint => Try(static s => s.RemoteEndPoint);

    /// <summary>The socket, for options of the data path; the stream goes on owning it.</summary>
    public Socket Socket => _socket;

    /// <inheritdoc/>
    public bool TryRead(Span<byte> destination, out int count)
    {
        try
        {
            count = _socket.Receive(destination, SocketFlags.None, out SocketError error);
            if (error == SocketError.Success) return true;
            if (error == SocketError.WouldBlock) return false;
            throw Failed(error);
        }
        catch (ObjectDisposedException e)
        {
            throw new TunnelException(TunnelError.Closed, "socket: read: the stream is closed", null, e);
        }
    }

    /// <inheritdoc/>
    public void TryWrite(ReadOnlySpan<byte> source, out int count)
    {
        try
        {
            count = _socket.Send(source, SocketFlags.None, out SocketError error);
            if (error == SocketError.Success) return;
            count = 0;
            if (error != SocketError.WouldBlock) throw Failed(error);
        }
        catch (ObjectDisposedException e)
        {
            throw new TunnelException(TunnelError.Closed, "socket: write: the stream is closed", null, e);
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WaitReadableAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await _socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            // The next read tells it.
        }
        catch (ObjectDisposedException)
        {
            // The next read tells it.
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await _socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw Failed(e.SocketErrorCode, e);
        }
        catch (ObjectDisposedException e)
        {
            throw new TunnelException(TunnelError.Closed, "socket: read: the stream is closed", null, e);
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            while (buffer.Length > 0)
            {
                int sent = await _socket.SendAsync(buffer, SocketFlags.None, cancellationToken).ConfigureAwait(false);
                buffer = buffer[sent..];
            }
        }
        catch (SocketException e)
        {
            throw Failed(e.SocketErrorCode, e);
        }
        catch (ObjectDisposedException e)
        {
            throw new TunnelException(TunnelError.Closed, "socket: write: the stream is closed", null, e);
        }
    }

    /// <inheritdoc/>
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _writesCompleted, 1) == 0)
        {
            try
            {
                _socket.Shutdown(SocketShutdown.Send);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The other end is gone already; reading tells it.
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override void Abort(TunnelError error)
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        try
        {
            // A zero linger makes close(2) send RST.
            if (_socket.AddressFamily != AddressFamily.Unix) _socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closing is all that is left.
        }

        _socket.Dispose();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0) _socket.Dispose();
        base.Dispose(disposing);
    }

    private static TunnelException Failed(SocketError error, Exception? inner = null) =>
        new(error.ToTunnelError(), $"socket: {error.ToText()}", null, inner);

    private EndPoint? Try(Func<Socket, EndPoint?> get)
    {
        try
        {
            return get(_socket);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }
}
