using Adit.Core;

namespace Adit.Ssh.Config;

/// <summary>A configuration file's lines.</summary>
internal static class SshConfigFile
{
    // Ours: no configuration is as long, and a device file must not fill the memory.
    private const int LongestFile = 4 << 20;

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="checkPermissions">Refuse a file that others may write (the user's own configuration, and what it includes).</param>
    /// <returns>Its lines; null where it does not exist.</returns>
    /// <exception cref="TunnelException">It exists and cannot be used.</exception>
    public static string[]? Read(string path, bool checkPermissions)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            if (checkPermissions && !OperatingSystem.IsWindows() && (File.GetUnixFileMode(stream.SafeFileHandle) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0)
            {
                throw new TunnelException(TunnelError.BadConfiguration, $"Bad owner or permissions on {path}");
            }

            byte[] octets = new byte[LongestFile + 1];
            int length = stream.ReadAtLeast(octets, octets.Length, throwOnEndOfStream: false);
            return length <= LongestFile
                ? System.Text.Encoding.UTF8.GetString(octets, 0, length).Split('\n')
                : throw new TunnelException(TunnelError.BadConfiguration, $"{path}: expected at most {LongestFile} octets of configuration");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or (IOException and not TunnelException))
        {
            string why = Directory.Exists(path) ? "Is a directory" : e is UnauthorizedAccessException ? "Permission denied" : e.Message;
            throw new TunnelException(TunnelError.BadConfiguration, $"Can't open user config file {path}: {why}", inner: e);
        }
    }
}
