using System.Diagnostics.CodeAnalysis;
using Adit.Platform.Libc;

namespace Adit.Ssh.Keys;

/// <summary>StrictModes of sshd_config(5): a file that grants access must not be one that others can replace.</summary>
public static class StrictModes
{
    private const int WritableByOthers = 0x12; // 0022
    private const int Sticky = 0x200; // 01000: only its owner may replace an entry of such a folder, and entries are judged too

    /// <summary>Finds what makes a file unfit: it, or a folder above it, belongs to another user than root and this one, or group or others may write to it and replace what is in it.</summary>
    /// <param name="path">The file; symbolic links are resolved first.</param>
    /// <param name="upTo">The last folder to judge, e.g. the home folder; null for all up to the root.</param>
    /// <param name="fault">One line, <i>path: what: expected, got</i>.</param>
    /// <returns>True when there is a fault.</returns>
    public static bool TryFindFault(string path, string? upTo, [NotNullWhen(true)] out string? fault) => TryFindFault(path, upTo, FileStatus.CurrentUser, out fault);

    /// <summary>The same for another account's file.</summary>
    /// <param name="path">The file; symbolic links are resolved first.</param>
    /// <param name="upTo">The last folder to judge, e.g. the home folder; null for all up to the root.</param>
    /// <param name="owner">The user id that may own it, beside root.</param>
    /// <param name="fault">One line, <i>path: what: expected, got</i>.</param>
    /// <returns>True when there is a fault.</returns>
    public static bool TryFindFault(string path, string? upTo, uint owner, [NotNullWhen(true)] out string? fault)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        fault = null;
        string? last = upTo is null ? null : FileStatus.ResolvePath(upTo);
        string? real = FileStatus.ResolvePath(path);
        if (real is null)
        {
            fault = $"{path}: permissions: expected a file that can be found, got none";
            return true;
        }

        for (string? at = real; at is not null; at = Path.GetDirectoryName(at))
        {
            fault = FaultOf(at, owner, isFolder: at != real);
            if (fault is not null || at == last) break;
        }

        return fault is not null;
    }

    private static string? FaultOf(string path, uint owner, bool isFolder)
    {
        if (!FileStatus.TryRead(path, out FileStatus status)) return $"{path}: permissions: expected a path whose status can be read, got none";
        if (status.Owner != 0 && status.Owner != owner)
            return $"{path}: owner: expected root or user {owner}, got user {status.Owner}";
        return (status.Mode & WritableByOthers) != 0 && !(isFolder && (status.Mode & Sticky) != 0)
            ? $"{path}: permissions: expected no write access for group and others, got {Convert.ToString(status.Mode, 8).PadLeft(4, '0')}" : null;
    }
}
