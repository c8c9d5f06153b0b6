namespace Adit.Core.Streams;

/// <summary>One end of a <see cref="MemoryStreamPair"/>.</summary>
internal sealed class MemoryStreamEnd(MemoryPipe incoming, MemoryPipe outgoing) : DuplexStream, IReadyStream
{
    private int _disposed;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => incoming.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => outgoing.WriteAsync(buffer, cancellationToken);

    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        outgoing.Complete();
        return ValueTask.CompletedTask;
    }

    public override void Abort(TunnelError error)
    {
        incoming.Fail(reader: error, writer: TunnelError.Reset);
        outgoing.Fail(reader: TunnelError.Reset, writer: error);
    }

    public bool TryRead(Span<byte> destination, out int count) => incoming.TryRead(destination, out count);

    public void TryWrite(ReadOnlySpan<byte> source, out int count) => count = outgoing.TryWrite(source);

    public ValueTask WaitReadableAsync(CancellationToken cancellationToken = default) => incoming.WaitReadableAsync(cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            outgoing.CloseWriter();
            incoming.CloseReader();
        }

        base.Dispose(disposing);
    }
}
