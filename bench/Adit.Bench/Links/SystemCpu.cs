namespace Adit.Bench.Links;

/// <summary>CPU time of the whole machine, from /proc/stat (proc(5)), so that what the kernel does for packets in softirqs is seen as well.</summary>
internal static class SystemCpu
{
    private const double TicksPerSecond = 100; // USER_HZ

    /// <summary>Seconds that were neither idle nor stolen.</summary>
    public static double BusySeconds()
    {
        long[] fields = [.. File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..].Select(long.Parse)];
        return (fields[0] + fields[1] + fields[2] + fields[5] + fields[6]) / TicksPerSecond; // user, nice, system, irq, softirq
    }
}
