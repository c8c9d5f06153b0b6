using Adit.Core;
using Adit.Core.Streams;

namespace Adit.Proxies.Streams;

/// <summary>A stream whose octets, both ways, take their time from a bucket. Owns the inner stream.</summary>
/// <param name="inner">The stream.</param>
/// <param name="bucket">Shared perhaps with other streams of the client.</param>
/// <param name="time">The clock.</param>
public sealed class PacedStream(DuplexStream inner, TokenBucket bucket, TimeProvider time) : DuplexStream
{
    /// <summary>Ours: octets that pass between two looks at the bucket.</summary>
    private const int Portion = 16 * 1024;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await inner.ReadAsync(buffer.Length > Portion ? buffer[..Portion] : buffer, cancellationToken).ConfigureAwait(false);
        await PauseAsync(count, cancellationToken).ConfigureAwait(false);
        return count;
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            ReadOnlyMemory<byte> part = buffer[..Math.Min(buffer.Length, Portion)];
            await PauseAsync(part.Length, cancellationToken).ConfigureAwait(false);
            await inner.WriteAsync(part, cancellationToken).ConfigureAwait(false);
            buffer = buffer[part.Length..];
        }
    }

    /// <inheritdoc/>
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default) => inner.CompleteWritesAsync(cancellationToken);

    /// <inheritdoc/>
    public override void Abort(TunnelError error) => inner.Abort(error);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    private Task PauseAsync(int octets, CancellationToken cancellationToken)
    {
        TimeSpan pause = bucket.Take(octets);
        return pause == TimeSpan.Zero ? Task.CompletedTask : Task.Delay(pause, time, cancellationToken);
    }
}
