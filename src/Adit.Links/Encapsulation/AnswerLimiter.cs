namespace Adit.Links.Encapsulation;

/// <summary>So many answers a second, and a few at once (RFC 1812 §4.3.2.8, RFC 4443 §2.4 (f)): a token bucket.</summary>
internal sealed class AnswerLimiter(int perSecond, TimeProvider time)
{
    /// <summary>Linux's icmp_msgs_burst.</summary>
    private const double Burst = 50;

    private double _tokens = Math.Min(Burst, perSecond);
    private long _last = time.GetTimestamp();

    public bool TryTake()
    {
        long now = time.GetTimestamp();
        _tokens = Math.Min(Math.Min(Burst, perSecond), _tokens + (time.GetElapsedTime(_last, now).TotalSeconds * perSecond));
        _last = now;
        if (_tokens < 1) return false;
        _tokens--;
        return true;
    }
}
