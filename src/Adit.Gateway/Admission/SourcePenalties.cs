namespace Adit.Gateway.Admission;

/// <summary>
/// Remembers what each source has to pay. A penalty is a time that runs off by itself; penalties of one source add up to a maximum, and from the
/// minimum on the source is refused until all of it has run off. Bounded memory: when the table is full, the penalty that ends first is forgotten.
/// Safe for use by many threads; every operation is O(log n).
/// </summary>
/// <param name="options">The amounts.</param>
/// <param name="time">The clock; the system's if null.</param>
public sealed class SourcePenalties(PenaltyOptions options, TimeProvider? time = null)
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Dictionary<PenaltySource, Entry> _entries = [];
    private readonly SortedSet<(long Ends, long Order, PenaltySource Source)> _byEnd =
        new(Comparer<(long Ends, long Order, PenaltySource Source)>.Create((x, y) => x.Ends != y.Ends ? x.Ends.CompareTo(y.Ends) : x.Order.CompareTo(y.Order)));

    private long _order;

    /// <summary>Sources that have something to pay.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                Forget(Now);
                return _entries.Count;
            }
        }
    }

    private long Now => _time.GetElapsedTime(0).Ticks;

    /// <summary>Whether new connections of a source are refused now.</summary>
    /// <param name="source">The source; null never is.</param>
    /// <param name="remaining">How long it still is.</param>
    public bool IsRefused(PenaltySource? source, out TimeSpan remaining)
    {
        remaining = TimeSpan.Zero;
        if (source is not { } s || !options.Enabled) return false;
        lock (_gate)
        {
            long now = Now;
            Forget(now);
            if (!_entries.TryGetValue(s, out Entry entry) || !entry.Enforced) return false;
            remaining = TimeSpan.FromTicks(entry.Ends - now);
            return true;
        }
    }

    /// <summary>Makes a source pay.</summary>
    /// <param name="source">The source; null pays nothing.</param>
    /// <param name="reason">What for.</param>
    /// <returns>Whether the source is refused from now on.</returns>
    public bool Add(PenaltySource? source, PenaltyReason reason)
    {
        TimeSpan amount = AmountOf(reason);
        if (source is not { } s || !options.Enabled || amount <= TimeSpan.Zero) return false;
        lock (_gate)
        {
            long now = Now;
            Forget(now);
            bool known = _entries.TryGetValue(s, out Entry old);
            if (known) _byEnd.Remove((old.Ends, old.Order, s));
            else if (_entries.Count >= options.MaxSources) Remove(_byEnd.Min);
            long ends = Math.Min((known ? old.Ends : now) + amount.Ticks, now + options.Maximum.Ticks);
            bool enforced = (known && old.Enforced) || ends - now >= options.Minimum.Ticks;
            _entries[s] = new Entry(ends, ++_order, enforced);
            _byEnd.Add((ends, _order, s));
            return enforced;
        }
    }

    private TimeSpan AmountOf(PenaltyReason reason) => reason switch
    {
        PenaltyReason.AuthenticationFailed => options.AuthenticationFailed,
        PenaltyReason.NoAuthentication => options.NoAuthentication,
        PenaltyReason.GraceExceeded => options.GraceExceeded,
        _ => options.Crash,
    };

    private void Forget(long now)
    {
        while (_byEnd.Count > 0 && _byEnd.Min.Ends <= now) Remove(_byEnd.Min);
    }

    private void Remove((long Ends, long Order, PenaltySource Source) key)
    {
        _byEnd.Remove(key);
        _entries.Remove(key.Source);
    }

    private readonly record struct Entry(long Ends, long Order, bool Enforced);
}
