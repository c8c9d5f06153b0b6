using System.Buffers;
using System.Threading.Tasks.Sources;

namespace Adit.Ssh.Channels;

/// <summary>
/// Octets of one direction of a channel that nobody has read yet. A reader that waits gets them without a copy in between; else they are kept in
/// rented segments, never more than the window that was granted. One reader at a time.
/// </summary>
internal sealed class ChannelInbox(Action<int> consumed) : IValueTaskSource<int>
{
    private const int SegmentLength = 32 * 1024;

    private readonly Lock _lock = new();
    private readonly Queue<byte[]> _segments = new();
    private byte[]? _last;
    private int _firstStart;
    private int _lastEnd;
    private ManualResetValueTaskSourceCore<int> _core = new() { RunContinuationsAsynchronously = true };
    private Memory<byte> _waiting;
    private bool _isWaiting;
    private CancellationToken _waitingToken;
    private CancellationTokenRegistration _cancellation;
    private bool _ended;
    private Exception? _failure;

    /// <summary>Octets that are kept.</summary>
    public int Length { get; private set; }

    /// <summary>Whether nothing is kept and no more will come.</summary>
    public bool IsDrained => _ended && Length == 0;

    /// <summary>Takes octets from the peer.</summary>
    public void Add(ReadOnlySpan<byte> data)
    {
        int taken = 0;
        lock (_lock)
        {
            if (_ended) return;
            if (_isWaiting && Length == 0 && data.Length > 0)
            {
                taken = Math.Min(data.Length, _waiting.Length);
                data[..taken].CopyTo(_waiting.Span);
                data = data[taken..];
                EndWait();
                _core.SetResult(taken);
            }

            Keep(data);
        }

        if (taken > 0) consumed(taken);
    }

    /// <summary>No more octets come. A null failure is an ordinary end.</summary>
    public void End(Exception? failure = null)
    {
        lock (_lock)
        {
            if (_ended) return;
            _ended = true;
            _failure = failure;
            if (!_isWaiting) return;
            EndWait();
            if (failure is null) _core.SetResult(0);
            else _core.SetException(failure);
        }
    }

    /// <summary>Throws away what is kept and all that comes.</summary>
    public void Discard(Exception failure)
    {
        int dropped;
        lock (_lock)
        {
            dropped = Length;
            while (_segments.TryDequeue(out byte[]? segment)) ArrayPool<byte>.Shared.Return(segment);
            (_last, _firstStart, _lastEnd, Length) = (null, 0, 0, 0);
        }

        End(failure);
        if (dropped > 0) consumed(dropped);
    }

    /// <summary>Reads what there is, or waits for more; 0 at the end.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int taken;
        lock (_lock)
        {
            if (_isWaiting) throw new InvalidOperationException("ssh: channel: expected one read at a time");
            if (Length == 0)
            {
                if (_ended) return _failure is null ? new ValueTask<int>(0) : ValueTask.FromException<int>(_failure);
                if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<int>(cancellationToken);
                _core.Reset();
                _waiting = buffer;
                _waitingToken = cancellationToken;
                _isWaiting = true;
                short version = _core.Version;
                if (cancellationToken.CanBeCanceled) _cancellation = cancellationToken.UnsafeRegister(static (self, token) => ((ChannelInbox)self!).Cancel(token), this);
                return new ValueTask<int>(this, version);
            }

            taken = Take(buffer.Span);
        }

        consumed(taken);
        return new ValueTask<int>(taken);
    }

    /// <summary>Copies out what is kept, up to the buffer's length; the caller tells the channel that it is consumed.</summary>
    public int TryTake(Span<byte> buffer)
    {
        lock (_lock) return Take(buffer);
    }

    int IValueTaskSource<int>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Cancel(CancellationToken token)
    {
        lock (_lock)
        {
            // A callback that comes late must not cancel the next read, which has another token.
            if (!_isWaiting || token != _waitingToken) return;
            _isWaiting = false;
            _waiting = default;
            _core.SetException(new OperationCanceledException(token));
        }
    }

    private void EndWait()
    {
        _isWaiting = false;
        _waiting = default;
        // Unregister does not wait for a callback that runs: that one finds nobody waiting, or another token.
        _cancellation.Unregister();
        _cancellation = default;
        _waitingToken = default;
    }

    private void Keep(ReadOnlySpan<byte> data)
    {
        Length += data.Length;
        while (data.Length > 0)
        {
            if (_last is null || _lastEnd == _last.Length)
            {
                _last = ArrayPool<byte>.Shared.Rent(SegmentLength);
                _lastEnd = 0;
                _segments.Enqueue(_last);
            }

            int count = Math.Min(data.Length, _last.Length - _lastEnd);
            data[..count].CopyTo(_last.AsSpan(_lastEnd));
            _lastEnd += count;
            data = data[count..];
        }
    }

    private int Take(Span<byte> buffer)
    {
        int taken = 0;
        while (taken < buffer.Length && Length > 0)
        {
            byte[] segment = _segments.Peek();
            int end = ReferenceEquals(segment, _last) ? _lastEnd : segment.Length;
            int count = Math.Min(end - _firstStart, buffer.Length - taken);
            segment.AsSpan(_firstStart, count).CopyTo(buffer[taken..]);
            _firstStart += count;
            taken += count;
            Length -= count;
            if (_firstStart < end) break;
            _segments.Dequeue();
            ArrayPool<byte>.Shared.Return(segment);
            _firstStart = 0;
            if (ReferenceEquals(segment, _last)) (_last, _lastEnd) = (null, 0);
        }

        return taken;
    }
}
