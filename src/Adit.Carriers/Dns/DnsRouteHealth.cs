namespace Adit.Carriers.Dns;

/// <summary>Tells from the outcomes of a route's queries when what a probe found about it can be true no more, and when it may be probed again. Without a clock; times are in microseconds.</summary>
/// <remarks>
/// Theory of operation: chance and a full path lose some queries, and the window deals with them; a shape that passes no more loses nearly all, or all that carry anything. So the share of failures is smoothed over the last eight
/// or so, and more than half for a while is a suspicion. Large answers that come no more are another, with a wait of its own: a resolver that was asked for too much says nothing for a second, and a probe tells that at once. Where a probe finds nothing new the next one waits twice as long; where it found a way that is worse the better one is looked for again after a minute, then
/// more and more rarely. While nothing at all is heard, not even a refusal, the path is cut, and a probe tells nothing of what passes when it is not: so the first word after that ends the wait.
/// </remarks>
internal sealed class DnsRouteHealth
{
    private const double Weight = 1.0 / 8; // ours
    private const long Endured = 500_000; // ours: a window that shrinks has ended its losses by then
    private const long FirstWait = 5_000_000, LongestWait = 300_000_000; // ours
    private const long FirstDoubt = 500_000; // ours
    private const long FirstHope = 60_000_000, LongestHope = 1_800_000_000; // ours

    private double _share;
    private long _badSince = long.MaxValue;
    private long _wait = FirstWait;
    private long _hope = FirstHope;
    private long _notBefore = long.MinValue;
    private long _hopeAt = long.MaxValue;
    private long _doubt;
    private long _doubtFrom = long.MinValue;
    private bool _isSuspect;
    private bool _hasHeard;

    /// <summary>Whether the last probe found nothing, and nothing whatever was heard since the route began to fail.</summary>
    public bool IsCut { get; private set; }

    /// <summary>A query was answered.</summary>
    public void OnAnswered(long now)
    {
        Hear(now);
        _share -= _share * Weight;
        if (_share < 0.5) _badSince = long.MaxValue;
    }

    /// <summary>A query was not answered, or by nothing that can be read.</summary>
    /// <param name="now">The time.</param>
    /// <param name="isHeard">Whether anything came.</param>
    public void OnFailed(long now, bool isHeard)
    {
        if (isHeard) Hear(now);
        _share += (1 - _share) * Weight;
        if (_share < 0.5 || _badSince != long.MaxValue) return;
        (_badSince, _hasHeard) = (now, isHeard);
    }

    /// <summary>Something that a probe had found to pass passes no more, though the rest does.</summary>
    public void Suspect() => _isSuspect = true;

    /// <summary>What was suspected has passed for a while.</summary>
    public void Trust() => _doubt = 0;

    /// <summary>There may be a better way than the one that it begins with.</summary>
    public void Hope() => _hopeAt = FirstHope;

    /// <summary>Whether it is to be probed now, with nothing else sent, since nearly nothing passes anyway.</summary>
    public bool IsFailing(long now) => now >= _notBefore && _badSince != long.MaxValue && now - _badSince >= Endured;

    /// <summary>Whether it is to be probed now, beside what is sent.</summary>
    public bool MayDoBetter(long now) => (_isSuspect && now >= _doubtFrom) || (now >= _notBefore && now >= _hopeAt);

    /// <summary>A probe ended.</summary>
    /// <param name="now">The time.</param>
    /// <param name="hasFound">Whether it found any way.</param>
    /// <param name="hasChanged">Whether it found another way.</param>
    /// <param name="isWorse">Whether there may be a better way than the one that is taken now.</param>
    public void OnProbed(long now, bool hasFound, bool hasChanged, bool isWorse)
    {
        bool isFailing = _badSince != long.MaxValue;
        if (_isSuspect) _doubtFrom = now + (_doubt = Math.Clamp(_doubt * 2, FirstDoubt, LongestWait));
        IsCut = !hasFound && !_hasHeard;
        (_share, _badSince, _isSuspect) = (0, long.MaxValue, false);
        if (hasChanged) _wait = FirstWait;
        else if (isFailing) _wait = Math.Min(LongestWait, _wait * 2);
        _notBefore = now + _wait;
        _hope = hasChanged ? FirstHope : Math.Min(LongestHope, _hope * 2);
        _hopeAt = isWorse ? now + _hope : long.MaxValue;
    }

    private void Hear(long now)
    {
        _hasHeard = true;
        if (!IsCut) return;
        IsCut = false;
        (_wait, _notBefore) = (FirstWait, now);
    }
}
