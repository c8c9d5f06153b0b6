namespace Adit.Ssh.Channels;

/// <summary>
/// The least time that the peer was seen to answer in: what a path costs there and back, seen through whatever carries the connection. Answers that
/// take work make it too long at first, and never too short. Safe for use by many threads.
/// </summary>
internal sealed class RoundTripTime(TimeProvider time)
{
    private long _least = long.MaxValue;

    /// <summary>The least time seen; null when none was seen yet.</summary>
    public TimeSpan? Least => Volatile.Read(ref _least) is var least && least != long.MaxValue ? time.GetElapsedTime(0, least) : null;

    /// <summary>The time between two <see cref="Ask"/>s.</summary>
    public TimeSpan Elapsed(long began, long ended) => time.GetElapsedTime(began, ended);

    /// <summary>Something is asked.</summary>
    /// <returns>What to give to <see cref="Answered"/>.</returns>
    public long Ask() => time.GetTimestamp();

    /// <summary>It was answered.</summary>
    public void Answered(long asked)
    {
        long taken = time.GetTimestamp() - asked;
        for (long least = Volatile.Read(ref _least); taken < least;)
        {
            long before = Interlocked.CompareExchange(ref _least, taken, least);
            if (before == least) return;
            least = before;
        }
    }

    /// <summary>Whether something that began at a time and ends now took no longer than so many round trips; no when none was seen yet.</summary>
    public bool IsWithin(long began, long now, int roundTrips) => Volatile.Read(ref _least) is var least && least != long.MaxValue && now - began <= least * roundTrips;
}
