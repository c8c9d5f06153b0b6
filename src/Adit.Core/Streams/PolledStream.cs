using System.Runtime.CompilerServices;
using Adit.Platform.Descriptors;

namespace Adit.Core.Streams;

/// <summary>
/// Pipes or a terminal as one stream, without a thread or a buffer of its own. Where both directions are one descriptor (a terminal), its writes
/// cannot end separately, and completing them does nothing. Owns the descriptors.
/// </summary>
public sealed class PolledStream : DuplexStream, IReadyStream
{
    private readonly PolledDescriptor _reader;
    private readonly PolledDescriptor _writer;
    private readonly string _name;
    private readonly Action? _ended;
    private int _disposed;

    /// <summary>Joins two descriptors.</summary>
    /// <param name="reader">What is read; owned from here on.</param>
    /// <param name="writer">What is written, perhaps the same; owned from here on.</param>
    /// <param name="name">What it is, for error messages.</param>
    /// <param name="ended">Called once the stream is disposed, such as to end the child at its other side; null for nothing.</param>
    public PolledStream(PolledDescriptor reader, PolledDescriptor writer, string name = "pipe", Action? ended = null)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(writer);
        _reader = reader;
        _writer = writer;
        _name = name;
        _ended = ended;
    }

    /// <inheritdoc/>
    public bool TryRead(Span<byte> destination, out int count)
    {
        try
        {
            return _reader.TryRead(destination, out count);
        }
        catch (Exception e) when (e is DescriptorException or ObjectDisposedException)
        {
            throw Failed("read", e);
        }
    }

    /// <inheritdoc/>
    public void TryWrite(ReadOnlySpan<byte> source, out int count)
    {
        try
        {
            count = _writer.TryWrite(source);
        }
        catch (Exception e) when (e is DescriptorException or ObjectDisposedException)
        {
            throw Failed("write", e);
        }
    }

    /// <inheritdoc/>
    public ValueTask WaitReadableAsync(CancellationToken cancellationToken = default) => _reader.WaitReadableAsync(cancellationToken);

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await _reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is DescriptorException or ObjectDisposedException)
        {
            throw Failed("read", e);
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await _writer.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is DescriptorException or ObjectDisposedException)
        {
            throw Failed("write", e);
        }
    }

    /// <inheritdoc/>
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default)
    {
        if (_writer != _reader) _writer.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override void Abort(TunnelError error) => Dispose();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _writer.Dispose();
            _reader.Dispose();
            _ended?.Invoke();
        }

        base.Dispose(disposing);
    }

    private TunnelException Failed(string what, Exception cause) => cause is ObjectDisposedException
        ? new TunnelException(TunnelError.Closed, $"{_name}: {what}: the stream is closed", null, cause)
        : new TunnelException(TunnelError.ConnectionLost, $"{_name}: {cause.Message}", null, cause);
}
