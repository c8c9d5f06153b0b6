using System.Buffers;
using System.Runtime.CompilerServices;
using Adit.Carriers.WebSocket;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Wire.Http;

namespace Adit.Carriers.Http;

/// <summary>
/// The body of a request and the body of a response, of the same request or of two. What is sent becomes one chunk each time. The connections are not ended
/// by halves: proxies take the end of a client's direction for the end of the client. Owns the connections.
/// </summary>
internal sealed class BodyTransport(DuplexStream up, DuplexStream down, BodyReader reader) : FrameTransport
{
    private const int Before = HttpChunkedEncoder.LongestLength;
    private byte[]? _buffer;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => reader.ReadAsync(buffer, cancellationToken);

    public override Memory<byte> GetWriteBuffer(int length)
    {
        _buffer = ArrayPool<byte>.Shared.Rent(Before + length + HttpChunkedEncoder.PieceEnd.Length);
        return _buffer.AsMemory(Before, length);
    }

    public override ValueTask CommitAsync(int length, CancellationToken cancellationToken)
    {
        byte[] buffer = Interlocked.Exchange(ref _buffer, null)!;
        Span<byte> line = stackalloc byte[Before];
        line = line[..HttpChunkedEncoder.WriteLength(line, length)];
        int start = Before - line.Length;
        line.CopyTo(buffer.AsSpan(start));
        HttpChunkedEncoder.PieceEnd.CopyTo(buffer.AsSpan(Before + length));
        ValueTask written = up.WriteAsync(buffer.AsMemory(start, line.Length + length + HttpChunkedEncoder.PieceEnd.Length), cancellationToken);
        if (!written.IsCompletedSuccessfully) return FinishAsync(written, buffer);
        ArrayPool<byte>.Shared.Return(buffer);
        return ValueTask.CompletedTask;
    }

    public override ValueTask EndAsync(CancellationToken cancellationToken) => up.WriteAsync(HttpChunkedEncoder.End.ToArray(), cancellationToken);

    public override void Abort(TunnelError error)
    {
        up.Abort(error);
        if (!ReferenceEquals(up, down)) down.Abort(error);
    }

    public override void Close()
    {
        up.Dispose();
        if (!ReferenceEquals(up, down)) down.Dispose();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask FinishAsync(ValueTask written, byte[] buffer)
    {
        await written.ConfigureAwait(false);
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
