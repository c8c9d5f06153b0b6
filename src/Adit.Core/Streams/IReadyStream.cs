namespace Adit.Core.Streams;

/// <summary>
/// The non-blocking face of a stream over a kernel descriptor. A data path that owns a buffer reads straight into it and writes straight
/// from it, and holds no buffer while it waits. Readers and writers follow the same rule as <see cref="DuplexStream"/>: one of each at a time.
/// </summary>
public interface IReadyStream
{
    /// <summary>Reads what is there now.</summary>
    /// <param name="destination">Room; not empty.</param>
    /// <param name="count">Octets read; 0 with <see langword="true"/> is the end of the stream.</param>
    /// <returns>False when there is nothing now.</returns>
    /// <exception cref="TunnelException">The stream failed.</exception>
    bool TryRead(Span<byte> destination, out int count);

    /// <summary>Writes what is accepted now.</summary>
    /// <param name="source">Octets; not empty.</param>
    /// <param name="count">Octets taken, fewer perhaps than offered; 0 when none can be taken now.</param>
    /// <exception cref="TunnelException">The stream failed.</exception>
    void TryWrite(ReadOnlySpan<byte> source, out int count);

    /// <summary>Completes when <see cref="TryRead"/> will tell something new. May complete on the thread that found out: be brief.</summary>
    ValueTask WaitReadableAsync(CancellationToken cancellationToken = default);
}
