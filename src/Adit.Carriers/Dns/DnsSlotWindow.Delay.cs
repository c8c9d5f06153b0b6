namespace Adit.Carriers.Dns;

/// <content>What is known of delays.</content>
public sealed partial class DnsSlotWindow
{
    private long _holdToExpect;
    private int _atOnce;
    private int _series;
    private long _baseNow = long.MaxValue;
    private long _baseBefore = long.MaxValue;
    private long _baseSince = long.MinValue;
    private long _variation;
    private long _longNow = long.MaxValue;
    private long _longBefore = long.MaxValue;

    /// <summary>The least delay of the last <see cref="DnsSlotWindowOptions.BaseMemory"/>; 0 before the first.</summary>
    public long BaseDelay => Math.Min(_baseNow, _baseBefore) is var least && least == long.MaxValue ? 0 : least;

    /// <summary>The smoothed delay without holds; 0 before the first.</summary>
    public long RoundTrip { get; private set; }

    /// <summary>After which time a query that is sent now is taken for lost: round trip and four variations (RFC 6298 §2), half as long again for each
    /// timeout in a row, and the longest hold to expect.</summary>
    public long Timeout => TimeoutWithoutHold + _holdToExpect;

    private long TimeoutWithoutHold
    {
        get
        {
            double measured = RoundTrip == 0 ? _options.InitialRoundTrip * 3 : RoundTrip + (4 * _variation);
            measured = Math.Max(measured, _options.MinimumTimeout) * Math.Pow(1.5, Math.Min(8, _timeoutsInRow / Math.Max(1, Window)));
            return (long)Math.Min(measured, _options.MaximumTimeout);
        }
    }

    /// <summary>By how much the least delay of long names is above that of short ones; 0 while one of them is not known.</summary>
    private long LongExtra => Math.Min(_longNow, _longBefore) is var least && least != long.MaxValue && BaseDelay > 0 ? Math.Max(0, least - BaseDelay) : 0;

    /// <summary>A delay, as if the resolver had asked once.</summary>
    private long Normalise(long delay, DnsNameRounds rounds)
    {
        if (rounds != DnsNameRounds.Two) return delay;
        _longNow = Math.Min(_longNow, delay);
        return Math.Max(1, delay - LongExtra);
    }

    /// <summary>A server holds for half as long again after each clean hold, up to 1 s, and for no less after a short one.</summary>
    private void Expect(long held)
    {
        if (held > 0) _holdToExpect = Math.Max(_holdToExpect, (held * 3 / 2) + 50_000);
    }

    /// <summary>
    /// While the server has something to say it holds nothing: once two windows full were answered at once, what was sent before them and would be answered by now without a hold is lost. Else each lost query would keep
    /// its slot for a hold's time.
    /// </summary>
    private void Hasten(long now)
    {
        if (++_atOnce < Math.Max(Window, Outstanding)) return;
        (_atOnce, _series) = (0, _series + 1);
        long before = now - TimeoutWithoutHold;
        foreach (ref Slot slot in _slots.AsSpan())
        {
            if (!slot.IsOutstanding || slot.Series + 2 > _series || slot.SentAt + slot.Extra > before) continue;
            slot.Deadline = Math.Min(slot.Deadline, now);
            _earliest = Math.Min(_earliest, slot.Deadline);
        }
    }

    private void Measure(long delay, long now)
    {
        if (RoundTrip == 0)
        {
            (RoundTrip, _variation) = (delay, delay / 2);
        }
        else
        {
            _variation += (Math.Abs(RoundTrip - delay) - _variation) / 4;
            RoundTrip += (delay - RoundTrip) / 8;
        }

        if (_baseSince == long.MinValue) _baseSince = now;
        if (now - _baseSince >= _options.BaseMemory / 2) (_baseBefore, _baseNow, _longBefore, _longNow, _baseSince) = (_baseNow, long.MaxValue, _longNow, long.MaxValue, now);
        _baseNow = Math.Min(_baseNow, delay);
    }

    /// <summary>What the last round showed is the path's.</summary>
    private void ForgetBase(long now) => (_baseBefore, _baseNow, _longBefore, _longNow, _baseSince) = (long.MaxValue, _roundLeast, long.MaxValue, long.MaxValue, now);
}
