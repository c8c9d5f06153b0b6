using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Adit.Platform.Libc;

/// <summary>Who owns a file and who may use it (statx(2)), which .NET does not tell.</summary>
/// <param name="Owner">The user id of the owner.</param>
/// <param name="Mode">The permission bits, 0 to 07777.</param>
public readonly partial record struct FileStatus(uint Owner, int Mode)
{
    // linux/fcntl.h, linux/stat.h: STATX_TYPE | STATX_MODE | STATX_UID.
    private const int PathLimit = 4096; // PATH_MAX, linux/limits.h
    private const int CurrentFolder = -100;
    private const int EmptyPath = 0x1000;
    private const uint Wanted = 0x0001 | 0x0002 | 0x0008;

    /// <summary>The user id on whose behalf this process acts.</summary>
    public static uint CurrentUser => geteuid();

    /// <summary>Reads the status of an open file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="status">Its status.</param>
    /// <returns>False when the system does not tell.</returns>
    public static bool TryRead(SafeFileHandle file, out FileStatus status)
    {
        ArgumentNullException.ThrowIfNull(file);
        Span<byte> buffer = stackalloc byte[256];
        bool ok = statx(file, "", EmptyPath, Wanted, buffer) == 0;
        status = ok ? Decode(buffer) : default;
        return ok;
    }

    /// <summary>Reads the status of a path; symbolic links are followed.</summary>
    /// <param name="path">The path of a file or folder.</param>
    /// <param name="status">Its status.</param>
    /// <returns>False when there is none, or the system does not tell.</returns>
    public static bool TryRead(string path, out FileStatus status)
    {
        ArgumentNullException.ThrowIfNull(path);
        Span<byte> buffer = stackalloc byte[256];
        bool ok = statx(CurrentFolder, path, 0, Wanted, buffer) == 0;
        status = ok ? Decode(buffer) : default;
        return ok;
    }

    /// <summary>The absolute path without symbolic links (realpath(3)); null when there is no such file.</summary>
    /// <param name="path">A path.</param>
    public static string? ResolvePath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        Span<byte> buffer = new byte[PathLimit];
        return realpath(path, buffer) == 0 ? null : Encoding.UTF8.GetString(buffer[..buffer.IndexOf((byte)0)]);
    }

    // struct statx (linux/stat.h): stx_uid at octet 20, stx_mode at octet 28, on every architecture; numbers in the machine's order.
    private static FileStatus Decode(ReadOnlySpan<byte> buffer) => BitConverter.IsLittleEndian
        ? new(BinaryPrimitives.ReadUInt32LittleEndian(buffer[20..]), BinaryPrimitives.ReadUInt16LittleEndian(buffer[28..]) & 0xfff)
        : new(BinaryPrimitives.ReadUInt32BigEndian(buffer[20..]), BinaryPrimitives.ReadUInt16BigEndian(buffer[28..]) & 0xfff);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(SafeFileHandle file, string path, int flags, uint mask, Span<byte> buffer);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int folder, string path, int flags, uint mask, Span<byte> buffer);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint realpath(string path, Span<byte> resolved);

    [LibraryImport("libc")]
    private static partial uint geteuid();
}
