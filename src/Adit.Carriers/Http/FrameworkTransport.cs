using System.Buffers;
using System.Runtime.CompilerServices;
using Adit.Carriers.WebSocket;
using Adit.Core;

namespace Adit.Carriers.Http;

/// <summary>An HTTP/2 stream as the framework's client hands it over. Owns it and what carries it.</summary>
/// <param name="stream">The stream.</param>
/// <param name="owner">What is disposed after it.</param>
/// <param name="abort">Ends the connection below at once.</param>
internal sealed class FrameworkTransport(Stream stream, IDisposable owner, Action<TunnelError> abort) : FrameTransport
{
    private byte[]? _buffer;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw new TunnelException(TunnelError.ConnectionLost, $"http/2: {e.Message}", null, e);
        }
    }

    public override Memory<byte> GetWriteBuffer(int length) => _buffer = ArrayPool<byte>.Shared.Rent(length);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask CommitAsync(int length, CancellationToken cancellationToken)
    {
        byte[] buffer = Interlocked.Exchange(ref _buffer, null)!;
        try
        {
            await stream.WriteAsync(buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw new TunnelException(TunnelError.ConnectionLost, $"http/2: {e.Message}", null, e);
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    // The framework gives no END_STREAM of its own; the close frame before it has told the peer.
    public override ValueTask EndAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public override void Abort(TunnelError error)
    {
        abort(error);
        owner.Dispose();
    }

    public override void Close()
    {
        stream.Dispose();
        owner.Dispose();
    }
}
