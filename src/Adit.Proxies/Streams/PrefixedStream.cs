using Adit.Core;
using Adit.Core.Streams;

namespace Adit.Proxies.Streams;

/// <summary>A stream that has octets before those still to come: what was read already, or a read that is under way. Owns the inner stream.</summary>
public sealed class PrefixedStream : DuplexStream
{
    private readonly DuplexStream _inner;
    private ReadOnlyMemory<byte> _prefix;
    private Task<int>? _pending;
    private readonly Memory<byte> _pendingBuffer;

    /// <summary>Puts octets before the stream.</summary>
    public PrefixedStream(DuplexStream inner, ReadOnlyMemory<byte> prefix)
    {
        _inner = inner;
        _prefix = prefix;
    }

    /// <summary>Puts what a read under way will bring before the stream.</summary>
    public PrefixedStream(DuplexStream inner, Task<int> pending, Memory<byte> buffer)
    {
        _inner = inner;
        _pending = pending;
        _pendingBuffer = buffer;
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_pending is { } pending)
        {
            int read = await pending.WaitAsync(cancellationToken).ConfigureAwait(false);
            _pending = null;
            if (read == 0) return 0;
            _prefix = _pendingBuffer[..read];
        }

        if (_prefix.IsEmpty) return await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        int count = Math.Min(_prefix.Length, buffer.Length);
        _prefix[..count].CopyTo(buffer);
        _prefix = _prefix[count..];
        return count;
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _inner.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default) => _inner.CompleteWritesAsync(cancellationToken);

    /// <inheritdoc/>
    public override void Abort(TunnelError error) => _inner.Abort(error);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _inner.Dispose();
        base.Dispose(disposing);
    }
}
