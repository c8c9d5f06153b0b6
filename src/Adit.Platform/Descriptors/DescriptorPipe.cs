using System.Runtime.InteropServices;

namespace Adit.Platform.Descriptors;

/// <summary>Makes pipes (pipe2(2)), both ends closed on exec.</summary>
public static partial class DescriptorPipe
{
    private const int CloseOnExec = 0x80000; // O_CLOEXEC, asm-generic/fcntl.h
    private const int SetPipeSize = 1031; // F_SETPIPE_SZ, linux/fcntl.h

    /// <summary>Makes a pipe.</summary>
    /// <param name="capacity">Octets that it should hold, rounded up by the system; 0 for its default of 64 KiB. The system may grant less.</param>
    /// <param name="flags">Further flags of pipe2(2); without O_NONBLOCK both ends block.</param>
    /// <returns>Both ends, which the caller owns.</returns>
    /// <exception cref="DescriptorException">There are too many.</exception>
    public static (DescriptorHandle Reader, DescriptorHandle Writer) Create(int capacity = 0, int flags = 0)
    {
        Span<int> ends = stackalloc int[2];
        if (pipe2(ends, CloseOnExec | flags) != 0) throw DescriptorException.Last("pipe");
        // The limit of a user's pipes (pipe-user-pages-soft, pipe(7)) may forbid it; the pipe works all the same.
        if (capacity > 0) _ = fcntl(ends[1], SetPipeSize, capacity);
        return (new DescriptorHandle(ends[0]), new DescriptorHandle(ends[1]));
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int pipe2(Span<int> ends, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int descriptor, int command, nint argument);
}
