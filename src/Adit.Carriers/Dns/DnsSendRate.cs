namespace Adit.Carriers.Dns;

/// <summary>Queries a second that are sent at most, by all windows that share this; a tenth of a second's worth at once, four at least. Times are in microseconds. Not safe for several threads.</summary>
/// <param name="rate">How many a second; 0: no limit.</param>
internal sealed class DnsSendRate(double rate)
{
    private readonly double _burst = Math.Max(4, rate / 10);
    private double _tokens = Math.Max(4, rate / 10);
    private long _at = long.MinValue;

    /// <summary>When the next query may be sent.</summary>
    public long Next(long now)
    {
        if (rate == 0) return now;
        Refill(now);
        return _tokens >= 1 ? now : now + (long)Math.Ceiling((1 - _tokens) * 1_000_000 / rate);
    }

    /// <summary>A query is sent.</summary>
    public void Take(long now)
    {
        if (rate == 0) return;
        Refill(now);
        _tokens--;
    }

    private void Refill(long now)
    {
        if (_at != long.MinValue) _tokens = Math.Min(_burst, _tokens + ((now - _at) * rate / 1_000_000));
        _at = now;
    }
}
