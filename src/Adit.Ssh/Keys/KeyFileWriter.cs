using System.Text;
using Adit.Core;

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

            File.Move(temporary, path, overwrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Remove(temporary);
            string got = !overwrite && File.Exists(path) ? "one that exists" : e is UnauthorizedAccessException ? "permission denied" : e.Message;
            throw new TunnelException(TunnelError.BadConfiguration, $"{path}: write: expected a new file in a folder that this user may write, got {got}", inner: e);
        }
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
