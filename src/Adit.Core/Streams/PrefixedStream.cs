namespace Adit.Core.Streams;

/// <summary>A stream of which some octets were read already, such as with the last message of a handshake: they are read first. Owns the stream below.</summary>
public class PrefixedStream : DuplexStream
{
    private readonly DuplexStream _below;
    private ReadOnlyMemory<byte> _unread;

    private PrefixedStream(DuplexStream below, byte[] unread)
    {
        _below = below;
        _unread = unread;
    }

    /// <summary>Puts octets back in front of a stream.</summary>
    /// <param name="below">The stream; owned from here on.</param>
    /// <param name="unread">The octets, copied.</param>
    /// <returns>The stream itself where there are none; else one that is an <see cref="IReadyStream"/> if the stream is.</returns>
    public static DuplexStream Of(DuplexStream below, ReadOnlySpan<byte> unread)
    {
        ArgumentNullException.ThrowIfNull(below);
        if (unread.IsEmpty) return below;
        return below is IReadyStream ready ? new Ready(below, ready, unread.ToArray()) : new PrefixedStream(below, unread.ToArray());
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_unread.IsEmpty) return _below.ReadAsync(buffer, cancellationToken);
        return new ValueTask<int>(Take(buffer.Span));
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _below.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default) => _below.CompleteWritesAsync(cancellationToken);

    /// <inheritdoc/>
    public override void Abort(TunnelError error) => _below.Abort(error);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _below.Dispose();
        base.Dispose(disposing);
    }

    private int Take(Span<byte> destination)
    {
        int count = Math.Min(destination.Length, _unread.Length);
        _unread.Span[..count].CopyTo(destination);
        // Emptied, the array is let go.
        _unread = count == _unread.Length ? default : _unread[count..];
        return count;
    }

    private sealed class Ready(DuplexStream below, IReadyStream ready, byte[] unread) : PrefixedStream(below, unread), IReadyStream
    {
        public bool TryRead(Span<byte> destination, out int count)
        {
            if (_unread.IsEmpty) return ready.TryRead(destination, out count);
            count = Take(destination);
            return true;
        }

        public void TryWrite(ReadOnlySpan<byte> source, out int count) => ready.TryWrite(source, out count);

        public ValueTask WaitReadableAsync(CancellationToken cancellationToken = default) => _unread.IsEmpty ? ready.WaitReadableAsync(cancellationToken) : ValueTask.CompletedTask;
    }
}
