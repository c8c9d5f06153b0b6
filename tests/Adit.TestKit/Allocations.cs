namespace Adit.TestKit;

/// <summary>Counts what a thread allocates.</summary>
public static class Allocations
{
    private const int Attempts = 50;

    /// <summary>
    /// Octets that a piece of work allocates on this thread, once it is warm. A collection that another thread causes meanwhile counts what was left of this one's portion of the heap, some
    /// kilobytes: so the least of several attempts is told, of which the first that allocated nothing is the last.
    /// </summary>
    /// <param name="rounds">How many rounds make an attempt.</param>
    /// <param name="round">The work.</param>
    public static long Least(int rounds, Action round)
    {
        ArgumentNullException.ThrowIfNull(round);
        for (int i = 0; i < rounds; i++) round();
        long least = long.MaxValue;
        for (int attempt = 0; attempt < Attempts && least > 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < rounds; i++) round();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
