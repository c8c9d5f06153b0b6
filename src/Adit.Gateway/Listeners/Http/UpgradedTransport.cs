using System.Buffers;
using System.Runtime.CompilerServices;
using Adit.Carriers.WebSocket;
using Adit.Core;
using Microsoft.AspNetCore.Http.Features;

namespace Adit.Gateway.Listeners.Http;

/// <summary>What the web server hands over after an upgrade or an extended CONNECT. The request goes on until this is closed.</summary>
/// <param name="stream">The octets.</param>
/// <param name="context">The request.</param>
internal sealed class UpgradedTransport(Stream stream, IFeatureCollection context) : FrameTransport
{
    private readonly CancellationToken _gone = context.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted;
    private byte[]? _buffer;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (PipeTransport.IsLoss(e, cancellationToken))
        {
            throw PipeTransport.Lost(e);
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
        catch (Exception e) when (PipeTransport.IsLoss(e, cancellationToken))
        {
            throw PipeTransport.Lost(e);
        }

        ArrayPool<byte>.Shared.Return(buffer);
        // Whoever writes to a connection that is gone is not told otherwise.
        if (_gone.IsCancellationRequested) throw PipeTransport.Lost(null);
    }

    // The end of the request's handler is the end of what this side sends.
    public override ValueTask EndAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public override void Abort(TunnelError error) => context.GetRequiredFeature<IHttpRequestLifetimeFeature>().Abort();

    public override void Close()
    {
        // The end of the request's handler closes the rest.
    }
}
