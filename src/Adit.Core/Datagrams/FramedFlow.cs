using System.Buffers;
using System.Buffers.Binary;
using Adit.Core.Streams;

namespace Adit.Core.Datagrams;

/// <summary>
/// Datagrams over a stream, each behind its length. Owns the stream.
/// </summary>
/// <remarks>
/// <code>
///  0                   1
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
/// +-------------------------------+
/// |       length, 0 to 65527      |   network order
/// +-------------------------------+
/// |     that many octets …        |
/// </code>
/// Theory of operation: what is sent goes into a buffer, which is handed to the stream as a whole as soon as the stream took the one before: many small
/// datagrams leave in one write. Where the stream does not keep up, the newest datagram is dropped and counted. What arrives is not read before it is asked for, so that
/// the stream's own back-pressure reaches the sender. An idle flow holds 2 KiB.
/// </remarks>
public sealed class FramedFlow : IDatagramFlow
{
    /// <summary>Ours: octets that wait to be sent while the stream takes as many; about 350 ms of a path of 6 Mbit/s.</summary>
    public const int QueueLength = 256 * 1024;

    private const int HeaderLength = 2;
    private const int SmallLength = 2048; // ours: most datagrams fit
    private const int FirstQueue = 4096;

    private readonly DuplexStream _stream;
    private readonly Lock _lock = new();
    private byte[] _incoming = new byte[SmallLength];
    private int _start;
    private int _end;
    private byte[]? _outgoing;
    private int _queued;
    private bool _isWriting;
    private bool _isClosed;
    private volatile bool _hasEnded;
    private long _dropped;

    /// <summary>Takes over a stream.</summary>
    /// <param name="stream">The stream, of which nothing was read yet.</param>
    public FramedFlow(DuplexStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
    }

    /// <inheritdoc/>
    public int SendLimit => DatagramLimits.MaximumLength;

    /// <summary>Datagrams that were dropped because the stream did not keep up.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Why the flow ended, where it did not end in order.</summary>
    public Exception? Failure { get; private set; }

    /// <inheritdoc/>
    public bool TrySend(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length > DatagramLimits.MaximumLength) return false;
        lock (_lock)
        {
            if (_isClosed) return false;
            int needed = _queued + HeaderLength + datagram.Length;
            if (needed > QueueLength)
            {
                _dropped++;
                return false;
            }

            if (_outgoing is null || _outgoing.Length < needed) Grow(needed);
            BinaryPrimitives.WriteUInt16BigEndian(_outgoing.AsSpan(_queued), (ushort)datagram.Length);
            datagram.CopyTo(_outgoing.AsSpan(_queued + HeaderLength));
            _queued = needed;
            if (_isWriting) return true;
            _isWriting = true;
        }

        _ = WriteAsync();
        return true;
    }

    /// <inheritdoc/>
    public bool TryReceive(Span<byte> destination, out int length)
    {
        length = 0;
        if (_end - _start < HeaderLength) return false;
        int whole = BinaryPrimitives.ReadUInt16BigEndian(_incoming.AsSpan(_start));
        if (_end - _start < HeaderLength + whole) return false;
        length = Math.Min(whole, destination.Length);
        _incoming.AsSpan(_start + HeaderLength, length).CopyTo(destination);
        _start += HeaderLength + whole;
        if (_start == _end)
        {
            _start = _end = 0;
            if (_incoming.Length > SmallLength) _incoming = new byte[SmallLength];
        }

        return true;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> WaitReceivableAsync(CancellationToken cancellationToken = default)
    {
        while (!_hasEnded)
        {
            if (HasWhole(out int needed)) return true;
            if (needed > HeaderLength + DatagramLimits.MaximumLength)
            {
                Fail(new TunnelException(TunnelError.ProtocolViolation, $"datagram: length: expected at most {DatagramLimits.MaximumLength}, got {needed - HeaderLength}"));
                return false;
            }

            MakeRoom(needed);
            try
            {
                int count = await _stream.ReadAsync(_incoming.AsMemory(_end), cancellationToken).ConfigureAwait(false);
                if (count == 0)
                {
                    _hasEnded = true;
                    if (_end > _start) Failure = new TunnelException(TunnelError.ConnectionLost, "datagram: expected a whole one, got the end of the stream");
                }

                _end += count;
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                Fail(e);
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (_lock) _isClosed = true;
        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    private bool HasWhole(out int needed)
    {
        int there = _end - _start;
        needed = there < HeaderLength ? HeaderLength : HeaderLength + BinaryPrimitives.ReadUInt16BigEndian(_incoming.AsSpan(_start));
        return there >= HeaderLength && there >= needed;
    }

    private void MakeRoom(int needed)
    {
        if (_incoming.Length - _start >= needed && _end < _incoming.Length) return;
        // Room for the datagram, and for some of those behind it.
        byte[] larger = _incoming.Length >= needed + SmallLength ? _incoming : new byte[Math.Max(needed + SmallLength, SmallLength)];
        _incoming.AsSpan(_start, _end - _start).CopyTo(larger);
        _incoming = larger;
        (_start, _end) = (0, _end - _start);
    }

    private void Grow(int needed)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Min(Math.Max(needed, (_outgoing?.Length * 2) ?? FirstQueue), QueueLength));
        if (_outgoing is not null)
        {
            _outgoing.AsSpan(0, _queued).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_outgoing);
        }

        _outgoing = larger;
    }

    private async Task WriteAsync()
    {
        while (true)
        {
            byte[] batch;
            int length;
            lock (_lock)
            {
                if (_queued == 0 || _isClosed)
                {
                    if (_outgoing is not null) ArrayPool<byte>.Shared.Return(_outgoing);
                    _outgoing = null;
                    _queued = 0;
                    _isWriting = false;
                    return;
                }

                (batch, length) = (_outgoing!, _queued);
                (_outgoing, _queued) = (null, 0);
            }

            try
            {
                await _stream.WriteAsync(batch.AsMemory(0, length)).ConfigureAwait(false);
                ArrayPool<byte>.Shared.Return(batch);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                Fail(e);
            }
        }
    }

    private void Fail(Exception e)
    {
        lock (_lock) _isClosed = true;
        Failure ??= e;
        _hasEnded = true;
        _stream.Abort(TunnelError.Reset);
    }
}
