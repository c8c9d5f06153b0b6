using System.Buffers;
using Adit.Core;
using Adit.Core.Streams;

namespace Adit.Carriers.WebSocket;

/// <summary>A stream as it is: the connection that HTTP/1.1 gave away after 101 (Switching Protocols). Owns the stream.</summary>
/// <param name="stream">The stream.</param>
/// <param name="early">Octets that came with the head of the response already.</param>
public sealed class StreamTransport(DuplexStream stream, ReadOnlyMemory<byte> early = default) : FrameTransport
{
    private ReadOnlyMemory<byte> _early = early;
    private byte[]? _buffer;

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_early.IsEmpty) return stream.ReadAsync(buffer, cancellationToken);
        int count = Math.Min(buffer.Length, _early.Length);
        _early[..count].CopyTo(buffer);
        _early = _early[count..];
        return new ValueTask<int>(count);
    }

    /// <inheritdoc/>
    public override Memory<byte> GetWriteBuffer(int length) => _buffer = ArrayPool<byte>.Shared.Rent(length);

    /// <inheritdoc/>
    public override ValueTask CommitAsync(int length, CancellationToken cancellationToken)
    {
        byte[] buffer = Interlocked.Exchange(ref _buffer, null)!;
        ValueTask written = stream.WriteAsync(buffer.AsMemory(0, length), cancellationToken);
        if (!written.IsCompletedSuccessfully) return FinishAsync(written, buffer);
        ArrayPool<byte>.Shared.Return(buffer);
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Nothing: the close frame has said it. Servers and proxies take the end of a client's direction for the end of the client, and throw away what they hold of it;
    /// after the closing handshake it is the server that ends the connection (RFC 6455 §7.1.1).
    /// </summary>
    public override ValueTask EndAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public override void Abort(TunnelError error) => stream.Abort(error);

    /// <inheritdoc/>
    public override void Close() => stream.Dispose();

    // A buffer of a write that failed may still be read by it, and is left to the collector.
    private static async ValueTask FinishAsync(ValueTask written, byte[] buffer)
    {
        await written.ConfigureAwait(false);
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
