namespace Adit.Carriers.Dns;

/// <summary>A token bucket: so many a second, and as many at once, 4 at least. Times are in microseconds. Not safe for several threads.</summary>
/// <param name="rate">How many a second; 0: none at all.</param>
internal sealed class DnsRateLimit(double rate)
{
    private readonly double _burst = Math.Max(4, rate);
    private double _tokens = Math.Max(4, rate);
    private long _at = long.MinValue;

    public bool TryTake(long now)
    {
        if (rate == 0) return false;
        if (_at != long.MinValue) _tokens = Math.Min(_burst, _tokens + (Math.Max(0, now - _at) * rate / 1_000_000));
        _at = now;
        if (_tokens < 1) return false;
        _tokens--;
        return true;
    }
}
