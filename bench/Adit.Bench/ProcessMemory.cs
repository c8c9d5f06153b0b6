namespace Adit.Bench;

/// <summary>Memory of a process and its descendants, from /proc (proc(5)).</summary>
internal static class ProcessMemory
{
    /// <summary>Octets of private memory that are resident; what processes share counts nowhere.</summary>
    public static long Resident(int root) => ProcessCpu.Tree(root).Sum(id =>
    {
        try
        {
            return File.ReadLines($"/proc/{id}/smaps_rollup")
                .Where(l => l.StartsWith("Private_", StringComparison.Ordinal))
                .Sum(l => long.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024);
        }
        catch (IOException)
        {
            return 0;
        }
    });
}
