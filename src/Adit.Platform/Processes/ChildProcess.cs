using System.Runtime.InteropServices;
using Adit.Platform.Descriptors;

namespace Adit.Platform.Processes;

/// <summary>
/// A child process. Its end is noticed by a pidfd, without a thread, and it is collected whether or not anybody asks: no zombie stays. Lives side by side with
/// <see cref="System.Diagnostics.Process"/>, which collects only its own children.
/// </summary>
public sealed partial class ChildProcess
{
    private const int OpenProcess = 434; // pidfd_open, the same on all architectures
    private const int Interrupted = 4; // EINTR
    private const int NoHang = 1; // WNOHANG, sys/wait.h

    private readonly TaskCompletionSource<ProcessExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private bool _collected;

    private ChildProcess(int id) => Id = id;

    /// <summary>The process id, which the system may give to another once <see cref="ExitedAsync"/> has completed.</summary>
    public int Id { get; }

    /// <summary>Completes when the process has ended; never faults.</summary>
    public Task<ProcessExit> ExitedAsync => _exited.Task;

    /// <summary>Starts a process.</summary>
    /// <param name="start">What and how.</param>
    /// <exception cref="DescriptorException">It could not be started: the program, the folder or the terminal cannot be used, or the account not be taken.</exception>
    /// <exception cref="ArgumentException">A text has a zero octet within.</exception>
    public static ChildProcess Start(ChildProcessStart start)
    {
        ArgumentNullException.ThrowIfNull(start);
        int id = ThreadAccount.Run(start.Account, () => PosixSpawn.Start(start));
        var child = new ChildProcess(id);
        child.Watch();
        return child;
    }

    /// <summary>Sends a signal to the process, or to its process group.</summary>
    /// <param name="signal">The number, see signal(7).</param>
    /// <param name="group">Whether the whole group gets it; only where it leads one (<see cref="ChildProcessStart.NewSession"/>, <see cref="ChildProcessStart.NewGroup"/>).</param>
    /// <returns>False when the process has ended already, or may not be signalled.</returns>
    public bool Signal(int signal, bool group = false)
    {
        // Until it is collected its number is its own.
        lock (_gate) return !_collected && kill(group ? -Id : Id, signal) == 0;
    }

    private void Watch()
    {
        int descriptor = (int)syscall(OpenProcess, Id, 0);
        if (descriptor >= 0) _ = CollectAsync(new PolledDescriptor(new DescriptorHandle(descriptor)));
        else new Thread(() => Collect(wait: true), 128 * 1024) { IsBackground = true, Name = $"adit child {Id}" }.Start(); // Linux before 5.3
    }

    private async Task CollectAsync(PolledDescriptor process)
    {
        try
        {
            while (!Collect(wait: false)) await process.WaitReadableAsync().ConfigureAwait(false);
        }
        catch (DescriptorException)
        {
            new Thread(() => Collect(wait: true), 128 * 1024) { IsBackground = true, Name = $"adit child {Id}" }.Start();
        }
        finally
        {
            process.Dispose();
        }
    }

    private bool Collect(bool wait)
    {
        ProcessExit exit;
        if (wait)
        {
            // Without the lock: it lasts as long as the child. WNOWAIT leaves the number taken until the call below.
            const int byId = 1; // P_PID
            const int exited = 4; // WEXITED
            const int noWait = 0x01000000; // WNOWAIT
            Span<byte> information = stackalloc byte[128];
            while (waitid(byId, Id, information, exited | noWait) != 0 && Marshal.GetLastPInvokeError() == Interrupted)
            {
            }
        }

        lock (_gate)
        {
            int got;
            int status;
            while ((got = waitpid(Id, out status, NoHang)) < 0 && Marshal.GetLastPInvokeError() == Interrupted)
            {
            }

            if (got == 0) return false;
            _collected = true;
            // Collected by somebody else, where SIGCHLD is ignored: how it ended is lost.
            exit = got == Id ? ProcessExit.Decode(status) : new ProcessExit(255);
        }

        _exited.TrySetResult(exit);
        return true;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint process, nint flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int waitpid(int process, out int status, int options);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int waitid(int kind, int process, Span<byte> information, int options);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int process, int signal);
}
