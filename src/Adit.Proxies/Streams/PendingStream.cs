using Adit.Core;
using Adit.Core.Streams;

namespace Adit.Proxies.Streams;

/// <summary>A stream on which a read is under way that cannot be given up without loss: what it brings is read first. Owns the inner stream.</summary>
/// <param name="inner">The stream.</param>
/// <param name="pending">The read.</param>
/// <param name="into">What it reads into.</param>
internal sealed class PendingStream(DuplexStream inner, Task<int> pending, ReadOnlyMemory<byte> into) : DuplexStream
{
    private Task<int>? _pending = pending;
    private ReadOnlyMemory<byte> _unread;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_pending is { } read)
        {
            int length = await read.WaitAsync(cancellationToken).ConfigureAwait(false);
            _pending = null;
            if (length == 0) return 0;
            _unread = into[..length];
        }

        if (_unread.IsEmpty) return await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        int count = Math.Min(_unread.Length, buffer.Length);
        _unread[..count].CopyTo(buffer);
        _unread = _unread[count..];
        return count;
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);

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
}
