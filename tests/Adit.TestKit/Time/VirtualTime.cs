namespace Adit.TestKit.Time;

/// <summary>
/// A clock that moves only when it is told to. Timers fire on the thread that advances it, in the order of their times (those of one time in the order
/// in which they were set), and see the time they were set for.
/// </summary>
public sealed class VirtualTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<(long Due, long Order), VirtualTimer> _timers = [];
    private long _now;
    private long _order;

    /// <summary>When the clock starts: 2000-01-01T00:00:00Z.</summary>
    public static DateTimeOffset Start { get; } = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>How far the clock has moved.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(Volatile.Read(ref _now));

    /// <summary>How many timers are set.</summary>
    public int TimerCount
    {
        get
        {
            lock (_gate) return _timers.Count;
        }
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => Start + Elapsed;

    /// <inheritdoc/>
    public override long GetTimestamp() => Volatile.Read(ref _now);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock, and fires what falls due on the way, also what is set meanwhile.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        long end = Volatile.Read(ref _now) + by.Ticks;
        while (FireNext(end))
        {
        }

        Volatile.Write(ref _now, Math.Max(end, Volatile.Read(ref _now)));
    }

    /// <summary>Moves the clock to the next timer and fires it.</summary>
    /// <returns>False, and nothing moves, when no timer is set.</returns>
    public bool AdvanceToNextTimer() => FireNext(long.MaxValue);

    internal (long Due, long Order)? Set(VirtualTimer timer, (long Due, long Order)? old, TimeSpan dueTime)
    {
        lock (_gate)
        {
            if (old is { } key) _timers.Remove(key);
            if (dueTime == Timeout.InfiniteTimeSpan) return null;
            (long Due, long Order) next = (_now + dueTime.Ticks, _order++);
            _timers.Add(next, timer);
            return next;
        }
    }

    private bool FireNext(long end)
    {
        VirtualTimer timer;
        lock (_gate)
        {
            if (_timers.Count == 0) return false;
            ((long Due, long Order) key, timer) = _timers.First();
            if (key.Due > end) return false;
            _timers.Remove(key);
            Volatile.Write(ref _now, Math.Max(_now, key.Due));
        }

        timer.Fire();
        return true;
    }
}
