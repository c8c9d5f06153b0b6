using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Adit.Carriers.WebSocket;
using Adit.Core;
using Microsoft.AspNetCore.Http.Features;

namespace Adit.Gateway.Listeners.Http;

/// <summary>
/// The body of a request and of a response, perhaps another request's, as the web server hands them over.
/// Both requests go on until this is closed.
/// </summary>
internal sealed class PipeTransport : FrameTransport
{
    private readonly PipeReader _reader;
    private readonly PipeWriter _writer;
    private readonly IFeatureCollection _upload;
    private readonly IFeatureCollection _download;
    private readonly CancellationToken _gone;

    /// <param name="upload">The request whose body comes in.</param>
    /// <param name="download">The request whose response goes out; its head was sent.</param>
    public PipeTransport(IFeatureCollection upload, IFeatureCollection download)
    {
        _upload = upload;
        _download = download;
        _reader = upload.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;
        _writer = download.GetRequiredFeature<IHttpResponseBodyFeature>().Writer;
        _gone = download.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            ReadResult result = await _reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            ReadOnlySequence<byte> there = result.Buffer;
            int count = (int)Math.Min(there.Length, buffer.Length);
            if (result.IsCanceled) throw new TunnelException(TunnelError.Closed, "http: the request was closed");
            SequencePosition taken = there.GetPosition(count);
            there.Slice(0, count).CopyTo(buffer.Span);
            _reader.AdvanceTo(taken);
            return count;
        }
        catch (Exception e) when (IsLoss(e, cancellationToken))
        {
            throw Lost(e);
        }
    }

    public override Memory<byte> GetWriteBuffer(int length) => _writer.GetMemory(length);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask CommitAsync(int length, CancellationToken cancellationToken)
    {
        try
        {
            _writer.Advance(length);
            FlushResult result = await _writer.FlushAsync(cancellationToken).ConfigureAwait(false);
            // Whoever writes to a connection that is gone is not told otherwise.
            if (result.IsCompleted || _gone.IsCancellationRequested) throw Lost(null);
        }
        catch (Exception e) when (IsLoss(e, cancellationToken))
        {
            throw Lost(e);
        }
    }

    public override async ValueTask EndAsync(CancellationToken cancellationToken) =>
        await _download.GetRequiredFeature<IHttpResponseBodyFeature>().CompleteAsync().WaitAsync(cancellationToken).ConfigureAwait(false);

    public override void Abort(TunnelError error)
    {
        _upload.GetRequiredFeature<IHttpRequestLifetimeFeature>().Abort();
        if (!ReferenceEquals(_upload, _download)) _download.GetRequiredFeature<IHttpRequestLifetimeFeature>().Abort();
    }

    // The requests end when their handlers return; a read that waits must not outlive them.
    public override void Close() => _reader.CancelPendingRead();

    internal static TunnelException Lost(Exception? cause) => new(TunnelError.ConnectionLost, "http: the connection was lost", null, cause);

    internal static bool IsLoss(Exception e, CancellationToken cancellationToken) => e switch
    {
        TunnelException => false,
        OperationCanceledException => !cancellationToken.IsCancellationRequested, // a connection that was aborted
        _ => e is IOException or ObjectDisposedException or InvalidOperationException,
    };
}
