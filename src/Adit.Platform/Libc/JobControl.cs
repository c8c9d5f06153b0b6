using System.Runtime.InteropServices;

namespace Adit.Platform.Libc;

/// <summary>What a shell's job control does with a program on a terminal.</summary>
public static partial class JobControl
{
    private const int TerminalStop = 20; // SIGTSTP, asm-generic/signal.h

    /// <summary>
    /// Stops this process as ^Z would, and returns once it is continued. Nothing happens in a process group that no shell watches over.
    /// </summary>
    /// <remarks>raise(3) and not kill(2): a signal to the thread itself stops it before it returns, whatever other threads there are.</remarks>
    public static void Suspend() => _ = raise(TerminalStop);

    /// <summary>Whether this process is in the foreground of a terminal, so that it may change it without being stopped.</summary>
    /// <param name="terminal">A descriptor of the terminal.</param>
    public static bool IsForeground(int terminal) => tcgetpgrp(terminal) is var group && group > 0 && group == getpgrp();

    [LibraryImport("libc")]
    private static partial int raise(int signal);

    [LibraryImport("libc")]
    private static partial int tcgetpgrp(int descriptor);

    [LibraryImport("libc")]
    private static partial int getpgrp();
}
