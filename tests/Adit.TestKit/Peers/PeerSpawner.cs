using System.Collections.Concurrent;
using System.Diagnostics;

namespace Adit.TestKit.Peers;

/// <summary>
/// Starts peers so that none outlives the tests. Each is told by prctl(PR_SET_PDEATHSIG) to die with its parent; since the kernel means the
/// parent's <em>thread</em>, all are started by one thread that lives as long as the process. What still lives at a normal exit is killed
/// there, and each pid is recorded in $ADIT_TEST_RUN/processes for ./test to look after.
/// </summary>
internal static class PeerSpawner
{
    private static readonly BlockingCollection<Action> Work = [];
    private static readonly ConcurrentDictionary<int, Process> Running = new();
    private static readonly Lock RecordLock = new();

    static PeerSpawner()
    {
        Thread thread = new(() =>
        {
            foreach (Action action in Work.GetConsumingEnumerable()) action();
        })
        {
            IsBackground = true,
            Name = "peer spawner",
        };
        thread.Start();
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            foreach (Process process in Running.Values) Kill(process);
        };
    }

    /// <summary>Starts the program; its pid is the process's (setpriv and ip-netns become it).</summary>
    public static async Task<Process> StartAsync(ProcessStartInfo start)
    {
        TaskCompletionSource<Process> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            try
            {
                Process process = Process.Start(start)!;
                Running[process.Id] = process;
                Record(process.Id);
                started.SetResult(process);
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return await started.Task;
    }

    /// <summary>Kills the process and its descendants; does nothing when it has ended.</summary>
    public static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or AggregateException or System.ComponentModel.Win32Exception)
        {
            // It ended meanwhile.
        }
    }

    public static void Forget(int id) => Running.TryRemove(id, out _);

    private static void Record(int id)
    {
        if (Environment.GetEnvironmentVariable("ADIT_TEST_RUN") is not { Length: > 0 } run || !Directory.Exists(run)) return;
        try
        {
            string stat = File.ReadAllText($"/proc/{id}/stat");
            string started = stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19]; // proc(5): field 22, starttime
            lock (RecordLock) File.AppendAllText(Path.Combine(run, "processes"), $"{id} {started}\n");
        }
        catch (IOException)
        {
            // It ended at once.
        }
    }
}
