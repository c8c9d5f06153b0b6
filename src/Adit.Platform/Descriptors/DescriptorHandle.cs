using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Adit.Platform.Descriptors;

/// <summary>A descriptor that is closed when it is disposed, and never while a call uses it: its number cannot be reused under a call.</summary>
public sealed partial class DescriptorHandle : SafeHandleMinusOneIsInvalid
{
    /// <summary>Takes over a descriptor.</summary>
    /// <param name="descriptor">Its number; owned from here on.</param>
    public DescriptorHandle(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>The number, for messages and for children; valid while this lives.</summary>
    public int Number => (int)handle;

    /// <summary>Another descriptor of the same open file description, closed on exec.</summary>
    /// <exception cref="DescriptorException">There are too many.</exception>
    public DescriptorHandle Duplicate() => DuplicateAbove(0);

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => close((int)handle) == 0;

    /// <summary>The same with a number of at least <paramref name="least"/>.</summary>
    internal DescriptorHandle DuplicateAbove(int least)
    {
        const int duplicateCloseOnExec = 1030; // F_DUPFD_CLOEXEC, linux/fcntl.h
        int copy = fcntl(this, duplicateCloseOnExec, least);
        return copy >= 0 ? new DescriptorHandle(copy) : throw DescriptorException.Last($"descriptor {Number}: duplicate");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(DescriptorHandle descriptor, int command, nint argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);
}
