namespace Adit.Core.Streams;

/// <summary>
/// Reliable ordered octets both ways, whose directions end separately. Owned by whoever holds it: disposing ends both directions.
/// One read and one write may be under way at once; two of the same kind may not.
/// </summary>
public abstract class DuplexStream : Stream
{
    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Whether octets cost money or minutes here: what runs above should be sparing with them.</summary>
    public virtual bool IsDear => false;

    /// <summary>Whether the stream outlives outages and itself notices a peer that is gone: what runs above should not end it for the sake of a silence.</summary>
    public virtual bool OutlivesSilence => false;

    /// <summary>What runs above has learned who the peer is: a stream that gives strangers less than they might use need not any more. A second call does nothing.</summary>
    public virtual void TrustPeer()
    {
    }

    /// <summary>Ends this side's direction once everything written was handed on (shutdown(SHUT_WR), SSH_MSG_CHANNEL_EOF); reading goes on. A second call does nothing.</summary>
    public abstract ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default);

    /// <summary>Ends both directions at once and throws away what is under way; the peer is told as hard as the protocol can (RST).</summary>
    /// <param name="error">Why; pending operations fail with it.</param>
    public abstract void Abort(TunnelError error);

    /// <inheritdoc/>
    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public abstract override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public sealed override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public sealed override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Blocks the thread until octets arrive; prefer <see cref="ReadAsync(Memory{byte}, CancellationToken)"/>.</summary>
    /// <inheritdoc/>
    public sealed override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <summary>Blocks the thread until the octets are handed on; prefer <see cref="WriteAsync(ReadOnlyMemory{byte}, CancellationToken)"/>.</summary>
    /// <inheritdoc/>
    public sealed override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public sealed override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public sealed override void SetLength(long value) => throw new NotSupportedException();
}
