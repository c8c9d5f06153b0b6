namespace Adit.Core.Lifeline;

/// <summary>
/// What the ends of one carrier's paths teach. Proxies and address translators end what takes too long or carries too much: where two paths in a row were cut at about the same age or after about the same
/// amount, the next is replaced shortly before. Not safe for several threads at once.
/// </summary>
internal sealed class PathWear
{
    // All ours. What is shorter or less than these says nothing.
    private const long LeastOctets = 64 * 1024;
    private static readonly TimeSpan LeastAge = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(15);
    private const double Alike = 0.2;
    private const double Share = 0.75;

    private Life? _last;
    private Life? _limit;
    private TimeSpan _until;

    /// <summary>Whether an amount was learned, which a fast path reaches soon.</summary>
    public bool CountsOctets => _limit is { } limit && (limit.Sent != long.MaxValue || limit.Received != long.MaxValue);

    /// <summary>How old a path may become; <see cref="TimeSpan.MaxValue"/> where nothing was learned.</summary>
    public TimeSpan LongestAge => _limit?.Age ?? TimeSpan.MaxValue;

    /// <summary>A path was cut by somebody else.</summary>
    /// <param name="life">Its age, and the octets that arrived at the peer, and here.</param>
    /// <param name="now">The time.</param>
    public void Note(Life life, TimeSpan now)
    {
        if (_last is { } last)
        {
            var limit = new Life(
                life.Age >= LeastAge && AreAlike(life.Age.TotalSeconds, last.Age.TotalSeconds) ? Least(life.Age, last.Age) * Share : TimeSpan.MaxValue,
                LimitOf(life.Sent, last.Sent),
                LimitOf(life.Received, last.Received));
            if (limit != Life.Endless) (_limit, _until) = (limit, now + Memory);
        }

        _last = life;
    }

    /// <summary>Whether a path is close to where others were cut.</summary>
    /// <param name="life">Its age and amounts so far.</param>
    /// <param name="now">The time.</param>
    public bool IsDue(Life life, TimeSpan now)
    {
        if (_limit is not { } limit) return false;
        if (now < _until) return life.Age >= limit.Age || life.Sent >= limit.Sent || life.Received >= limit.Received;
        (_limit, _last) = (null, null); // perhaps it is so no more
        return false;
    }

    private static long LimitOf(long one, long other) => one >= LeastOctets && AreAlike(one, other) ? (long)(Math.Min(one, other) * Share) : long.MaxValue;

    private static bool AreAlike(double one, double other) => Math.Abs(one - other) <= Alike * Math.Max(one, other);

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;

    /// <summary>How long a path lived, and what it carried.</summary>
    internal readonly record struct Life(TimeSpan Age, long Sent, long Received)
    {
        public static readonly Life Endless = new(TimeSpan.MaxValue, long.MaxValue, long.MaxValue);
    }
}
