namespace Adit.Bench;

/// <summary>CPU time of processes and all their descendants, from /proc (proc(5)): granularity 10 ms.</summary>
internal static class ProcessCpu
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every Linux architecture we run on

    public static double Seconds(IReadOnlyCollection<int> roots)
    {
        Dictionary<int, (int Parent, long Ticks)> all = All();
        return all.Where(p => IsBelow(all, roots, p.Key)).Sum(p => p.Value.Ticks) / TicksPerSecond;
    }

    /// <summary>A process and its descendants.</summary>
    public static IReadOnlyList<int> Tree(int root)
    {
        Dictionary<int, (int Parent, long Ticks)> all = All();
        return [.. all.Keys.Where(id => IsBelow(all, [root], id))];
    }

    private static Dictionary<int, (int Parent, long Ticks)> All()
    {
        Dictionary<int, (int Parent, long Ticks)> all = [];
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out int id)) continue;
            try
            {
                string stat = File.ReadAllText(Path.Combine(folder, "stat"));
                string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                all[id] = (int.Parse(fields[1]), fields[11..15].Sum(long.Parse)); // ppid; utime, stime, and of children that ended cutime, cstime
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }
        }

        return all;
    }

    private static bool IsBelow(Dictionary<int, (int Parent, long Ticks)> all, IReadOnlyCollection<int> roots, int id)
    {
        while (!roots.Contains(id))
        {
            if (!all.TryGetValue(id, out (int Parent, long) at) || at.Parent == 0) return false;
            id = at.Parent;
        }

        return true;
    }
}
