namespace Adit.Core.Streams;

/// <summary>A stream around another: all goes through, but for what who derives from it does in between.</summary>
/// <param name="inner">The other; owned.</param>
public class PassingStream(DuplexStream inner) : DuplexStream
{
    /// <inheritdoc/>
    public override bool IsDear => inner.IsDear;

    /// <inheritdoc/>
    public override bool OutlivesSilence => inner.OutlivesSilence;

    /// <inheritdoc/>
    public override void TrustPeer() => inner.TrustPeer();

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default) => inner.CompleteWritesAsync(cancellationToken);

    /// <inheritdoc/>
    public override void Abort(TunnelError error) => inner.Abort(error);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
