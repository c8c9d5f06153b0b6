using System.Runtime.InteropServices;

namespace Adit.Platform.Libc;

/// <summary>The size of a terminal's window (struct winsize, ioctl_tty(2)).</summary>
/// <param name="Rows">Height in characters; 0 if unknown.</param>
/// <param name="Columns">Width in characters; 0 if unknown.</param>
/// <param name="WidthPixels">Width in pixels; 0 if unknown.</param>
/// <param name="HeightPixels">Height in pixels; 0 if unknown.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly partial record struct WindowSize(ushort Rows, ushort Columns, ushort WidthPixels, ushort HeightPixels)
{
    // asm-generic/ioctls.h
    private const nuint Get = 0x5413; // TIOCGWINSZ
    private const nuint Set = 0x5414; // TIOCSWINSZ

    /// <summary>Reads the size.</summary>
    /// <returns>False where the descriptor is no terminal.</returns>
    public static bool TryGet(int descriptor, out WindowSize size)
    {
        size = default;
        return ioctl(descriptor, Get, ref size) == 0;
    }

    /// <inheritdoc cref="TryGet(int, out WindowSize)"/>
    public static bool TryGet(SafeHandle terminal, out WindowSize size)
    {
        size = default;
        return ioctl(terminal, Get, ref size) == 0;
    }

    /// <summary>Changes the size; the processes in the terminal's foreground get SIGWINCH.</summary>
    /// <returns>False where the descriptor is no terminal.</returns>
    public bool TryApply(int descriptor)
    {
        WindowSize size = this;
        return ioctl(descriptor, Set, ref size) == 0;
    }

    /// <inheritdoc cref="TryApply(int)"/>
    public bool TryApply(SafeHandle terminal)
    {
        WindowSize size = this;
        return ioctl(terminal, Set, ref size) == 0;
    }

    // Declared with an argument though ioctl(2) takes "...": the calling conventions of x86-64 and arm64 on Linux pass it alike.
    [LibraryImport("libc")]
    private static partial int ioctl(int descriptor, nuint request, ref WindowSize size);

    [LibraryImport("libc")]
    private static partial int ioctl(SafeHandle terminal, nuint request, ref WindowSize size);
}
