using System.Text;
using Adit.Core;
using Adit.Platform.Descriptors;
using Adit.Platform.Libc;

namespace Adit.Ssh.Keys;

/// <summary>Writes a small file so that it appears whole or not at all, with its mode from the first moment.</summary>
internal static class KeyFileWriter
{
    internal static void Write(string path, string text, UnixFileMode mode, bool overwrite)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
            using (FileStream file = new(temporary, options))
            {
                // The process's umask may have taken bits away.
                if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file.SafeFileHandle, mode);
                file.Write(Encoding.UTF8.GetBytes(text));
                file.Flush(flushToDisk: true);
            }

            if (overwrite) File.Move(temporary, path, overwrite: true);
            else MoveToNew(temporary, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Remove(temporary);
            string got = !overwrite && File.Exists(path) ? "one that exists" : e is UnauthorizedAccessException ? "permission denied" : e.Message;
            throw new TunnelException(TunnelError.BadConfiguration, $"{path}: write: expected a new file in a folder that this user may write, got {got}", inner: e);
        }
    }

    // File.Move looks whether the name is free and then renames: of two writers at once the later would replace what the earlier's readers have already. link(2) does not.
    private static void MoveToNew(string temporary, string path)
    {
        bool made;
        try
        {
            made = !OperatingSystem.IsWindows() && HardLink.TryCreate(temporary, path);
        }
        catch (DescriptorException)
        {
            made = false; // a file system without hard links
        }

        if (made) Remove(temporary);
        else File.Move(temporary, path);
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing of it could be made.
        }
    }
}
