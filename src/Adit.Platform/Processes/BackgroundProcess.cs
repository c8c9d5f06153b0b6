using System.Runtime.InteropServices;
using Adit.Platform.Descriptors;

namespace Adit.Platform.Processes;

/// <summary>What makes this process one of the background (daemon(3), as far as a process that has started already can follow it), and how others reach it.</summary>
public static partial class BackgroundProcess
{
    /// <summary>SIGWINCH, signal(7) on x86-64 and arm64.</summary>
    public const int WindowChanged = 28;

    /// <summary>SIGTERM.</summary>
    public const int Terminate = 15;

    private const int ReadWrite = 2; // O_RDWR
    private const int CloseOnExec = 0x80000; // O_CLOEXEC

    /// <summary>Leaves the terminal and its process group (setsid(2)): no ^C, no hang-up reaches this process any more. A process that leads a group stays in it.</summary>
    public static void LeaveTerminal() => _ = setsid();

    /// <summary>Lets a descriptor of this process, such as 0, 1 or 2, lead nowhere (/dev/null) from now on.</summary>
    /// <exception cref="DescriptorException">It failed.</exception>
    public static void Silence(int descriptor)
    {
        int nowhere = open("/dev/null", ReadWrite | CloseOnExec, 0);
        if (nowhere < 0) throw DescriptorException.Last("/dev/null");
        using var handle = new DescriptorHandle(nowhere);
        if (dup2(handle, descriptor) < 0) throw DescriptorException.Last($"descriptor {descriptor}");
    }

    /// <summary>Takes over a descriptor that this process inherited, so that its own children do not.</summary>
    /// <returns>Null when there is none of this number.</returns>
    public static DescriptorHandle? Adopt(int descriptor)
    {
        try
        {
            using var inherited = new DescriptorHandle(descriptor);
            return inherited.Duplicate();
        }
        catch (DescriptorException)
        {
            return null;
        }
    }

    /// <summary>Sends a signal to any process.</summary>
    /// <returns>False when there is none, or it may not be signalled.</returns>
    public static bool Signal(int process, int signal) => kill(process, signal) == 0;

    [LibraryImport("libc")]
    private static partial int setsid();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int dup2(DescriptorHandle from, int to);

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);
}
