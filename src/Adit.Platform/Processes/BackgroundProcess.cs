using System.Globalization;
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

    private const string Folder = "/proc/self/fd";
    private const int ReadWrite = 2; // O_RDWR
    private const int CloseOnExec = 0x80000; // O_CLOEXEC

    /// <summary>Leaves the terminal and its process group (setsid(2)): no ^C, no hang-up reaches this process any more. A process that leads a group stays in it.</summary>
    public static void LeaveTerminal() => _ = setsid();

    /// <summary>
    /// Lets standard streams lead nowhere (/dev/null) from now on, and with them the copies that the runtime made of them when it started: who waits for the end of
    /// a pipe or a terminal waits for every one. What is also a kept stream's is not touched.
    /// </summary>
    /// <param name="released">Descriptors of this process, of 0, 1 and 2.</param>
    /// <param name="kept">Those that stay as they are.</param>
    /// <exception cref="DescriptorException">It failed.</exception>
    public static void Silence(IReadOnlyCollection<int> released, IReadOnlyCollection<int> kept)
    {
        ArgumentNullException.ThrowIfNull(released);
        ArgumentNullException.ThrowIfNull(kept);
        HashSet<string> links = [.. released.Select(LinkOf).OfType<string>().Where(IsWaitedFor)];
        links.ExceptWith(kept.Select(LinkOf).OfType<string>());
        int nowhere = open("/dev/null", ReadWrite | CloseOnExec, 0);
        if (nowhere < 0) throw DescriptorException.Last("/dev/null");
        using var handle = new DescriptorHandle(nowhere);
        foreach (int descriptor in released) Replace(descriptor, handle, 0);
        foreach (int copy in OpenDescriptors().Where(d => d > 2 && LinkOf(d) is { } link && links.Contains(link))) Replace(copy, handle, CloseOnExec);
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

    private static void Replace(int descriptor, DescriptorHandle by, int flags)
    {
        if (dup3(by, descriptor, flags) < 0) throw DescriptorException.Last($"descriptor {descriptor}");
    }

    /// <summary>Pipes, sockets and terminals have an end that somebody may wait for; a file, perhaps a log opened twice, has none.</summary>
    private static bool IsWaitedFor(string link) => link != "/dev/null" && (!link.StartsWith('/') || link.StartsWith("/dev/", StringComparison.Ordinal));

    private static int[] OpenDescriptors()
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(Folder).Select(p => int.Parse(Path.GetFileName(p), CultureInfo.InvariantCulture))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // no proc(5) here
        }
    }

    // proc(5): "pipe:[27]", "socket:[28]", or a path.
    private static string? LinkOf(int descriptor)
    {
        try
        {
            return new FileInfo($"{Folder}/{descriptor}").LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LibraryImport("libc")]
    private static partial int setsid();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int dup3(DescriptorHandle from, int to, int flags);

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);
}
