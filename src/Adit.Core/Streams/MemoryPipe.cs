namespace Adit.Core.Streams;

/// <summary>
/// One direction of a <see cref="MemoryStreamPair"/>: chunks in order, each with the time it arrives, at most the capacity in all. Everything is guarded
/// by one lock that no callback and no continuation runs under.
/// </summary>
internal sealed class MemoryPipe(MemoryStreamOptions options, Action cut)
{
    private readonly Lock _gate = new();
    private readonly Queue<Chunk> _chunks = new();
    private int _held;              // octets in _chunks not yet read
    private int _headTaken;         // octets of the first chunk already read
    private long _read;
    private long? _completedAt;     // when the end of the direction arrives
    private bool _stalled;
    private bool _cutDue;
    private TunnelError? _readerError;
    private TunnelError? _writerError;
    private TaskCompletionSource? _readable;
    private TaskCompletionSource? _writable;
    private ITimer? _timer;
    private long? _timerFor;        // the arrival that the timer is set for

    private readonly record struct Chunk(byte[] Octets, long ArrivesAt);

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryRead(buffer.Span, out int count)) return count;
            await WaitReadableAsync(cancellationToken);
        }
    }

    /// <summary>False when nothing has arrived; true with 0 octets at the end, or for an empty destination when something has arrived.</summary>
    public bool TryRead(Span<byte> destination, out int count)
    {
        bool cutNow;
        bool some;
        count = 0;
        lock (_gate)
        {
            ThrowIf(_readerError, "read");
            some = HasArrived();
            while (count < destination.Length && _held > 0 && HasArrived()) count += TakeFromHead(destination[count..]);
            if (count > 0)
            {
                Wake(ref _writable);
                AwaitHead();
            }

            cutNow = _cutDue;
            _cutDue = false;
        }

        if (cutNow) cut();
        return some;
    }

    /// <summary>Completes when <see cref="TryRead"/> will say true, or throw.</summary>
    public async ValueTask WaitReadableAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_readerError is not null || HasArrived()) return;
                if (_readable is not null) throw new InvalidOperationException("memory stream: expected one read at a time, got two");
                _readable = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                changed = _readable.Task;
            }

            try
            {
                await changed.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                lock (_gate) _readable = null;
                throw;
            }
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            source = source[TryWrite(source.Span)..];
            if (source.Length == 0) return;
            Task changed;
            lock (_gate)
            {
                if (_writerError is not null || _held < options.Capacity) continue;
                if (_writable is not null) throw new InvalidOperationException("memory stream: expected one write at a time, got two");
                _writable = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                changed = _writable.Task;
            }

            try
            {
                await changed.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                lock (_gate) _writable = null;
                throw;
            }
        }
    }

    /// <summary>Takes as many octets as there is room for, and says how many.</summary>
    public int TryWrite(ReadOnlySpan<byte> source)
    {
        lock (_gate)
        {
            ThrowIf(_writerError, "write");
            if (_completedAt is not null) throw new InvalidOperationException("memory stream: write: expected a direction that goes on, got one whose writes were completed");
            int count = Math.Min(source.Length, options.Capacity - _held);
            if (count == 0) return 0;
            _chunks.Enqueue(new Chunk(source[..count].ToArray(), ArrivalOfNow()));
            _held += count;
            AwaitHead();
            return count;
        }
    }

    /// <summary>The end of the direction follows what was written.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            ThrowIf(_writerError, "complete writes");
            _completedAt ??= ArrivalOfNow();
            AwaitHead();
        }
    }

    /// <summary>The writer is gone: what it wrote still arrives.</summary>
    public void CloseWriter()
    {
        lock (_gate)
        {
            _completedAt ??= ArrivalOfNow();
            _writerError ??= TunnelError.Closed;
            AwaitHead();
            Wake(ref _writable);
        }
    }

    /// <summary>The reader is gone: a writer is reset.</summary>
    public void CloseReader() => Fail(reader: TunnelError.Closed, writer: TunnelError.Reset);

    /// <summary>Throws away what is on its way; each side fails with its error, unless it failed before.</summary>
    public void Fail(TunnelError reader, TunnelError writer)
    {
        lock (_gate)
        {
            _readerError ??= reader;
            _writerError ??= writer;
            _chunks.Clear();
            _held = _headTaken = 0;
            _timer?.Dispose();
            _timer = null;
            _timerFor = null;
            Wake(ref _readable);
            Wake(ref _writable);
        }
    }

    public void SetStalled(bool stalled)
    {
        lock (_gate)
        {
            _stalled = stalled;
            AwaitHead();
        }
    }

    private bool HasArrived()
    {
        if (_stalled) return false;
        long? head = _chunks.TryPeek(out Chunk chunk) ? chunk.ArrivesAt : _completedAt;
        return head is { } at && (options.Latency == TimeSpan.Zero || options.TimeProvider.GetTimestamp() >= at);
    }

    private int TakeFromHead(Span<byte> destination)
    {
        ReadOnlySpan<byte> left = _chunks.Peek().Octets.AsSpan(_headTaken);
        int count = Math.Min(left.Length, destination.Length);
        if (options.CutAfter is { } limit) count = (int)Math.Min(count, limit - _read);
        left[..count].CopyTo(destination);
        _held -= count;
        _headTaken += count;
        _read += count;
        if (count == left.Length)
        {
            _chunks.Dequeue();
            _headTaken = 0;
        }

        // The reader gets the last octet it may have; then the path is cut, under no lock.
        if (_read == options.CutAfter)
        {
            _cutDue = true;
            _chunks.Clear();
            _held = _headTaken = 0;
        }

        return count;
    }

    private long ArrivalOfNow() =>
        options.Latency == TimeSpan.Zero
            ? 0
            : options.TimeProvider.GetTimestamp() + (long)Math.Ceiling(options.Latency.TotalSeconds * options.TimeProvider.TimestampFrequency);

    /// <summary>
    /// Wakes the reader if the next chunk, or the end, is there, else sets the timer for it. Called by whoever changes what comes next, whether or not a
    /// reader waits, so that a virtual clock knows of every arrival as soon as it is written. Whole milliseconds, the timer's unit, so that it is never early.
    /// </summary>
    private void AwaitHead()
    {
        if (HasArrived())
        {
            Wake(ref _readable);
            return;
        }

        long? head = _chunks.TryPeek(out Chunk chunk) ? chunk.ArrivesAt : _completedAt;
        if (_stalled || _readerError is not null || options.Latency == TimeSpan.Zero || head is not { } at || _timerFor == at) return;
        _timerFor = at;
        double milliseconds = Math.Ceiling(options.TimeProvider.GetElapsedTime(options.TimeProvider.GetTimestamp(), at).TotalMilliseconds);
        _timer ??= options.TimeProvider.CreateTimer(static pipe => ((MemoryPipe)pipe!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(milliseconds, 0)), Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            _timerFor = null;
            AwaitHead();
        }
    }

    private static void Wake(ref TaskCompletionSource? waiter)
    {
        TaskCompletionSource? woken = waiter;
        waiter = null;
        woken?.TrySetResult();
    }

    private static void ThrowIf(TunnelError? error, string operation)
    {
        if (error is not { } cause) return;
        string got = cause switch
        {
            TunnelError.Closed => "one that was closed here",
            TunnelError.Reset => "a reset by the peer",
            TunnelError.ConnectionLost => "a lost connection",
            _ => cause.ToString(),
        };
        throw new TunnelException(cause, $"memory stream: {operation}: expected an open stream, got {got}");
    }
}
