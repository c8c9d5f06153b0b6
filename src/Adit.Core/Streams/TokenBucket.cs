namespace Adit.Core.Streams;

/// <summary>How many octets may pass: so many a second, and a second's worth at once. Thread-safe.</summary>
/// <param name="perSecond">Octets a second; positive.</param>
/// <param name="time">The clock.</param>
public sealed class TokenBucket(long perSecond, TimeProvider time)
{
    private readonly Lock _lock = new();
    private double _tokens = perSecond;
    private long _filled = time.GetTimestamp();

    /// <summary>Takes octets that pass now, in debt perhaps, and says how long to wait before more may.</summary>
    public TimeSpan Take(int octets)
    {
        lock (_lock)
        {
            long now = time.GetTimestamp();
            _tokens = Math.Min(perSecond, _tokens + (time.GetElapsedTime(_filled, now).TotalSeconds * perSecond));
            _filled = now;
            _tokens -= octets;
            return _tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_tokens / perSecond);
        }
    }
}
