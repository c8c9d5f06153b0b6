namespace Adit.Ssh.Server.Sessions;

/// <summary>The program that <c>internal-sftp</c> stands for: OpenSSH's sftp-server, wherever the system keeps it.</summary>
public static class SftpServer
{
    private const string Internal = "internal-sftp";

    private static readonly string[] Places =
        ["/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server", "/usr/lib/ssh/sftp-server", "/usr/libexec/sftp-server", "/usr/lib/sftp-server"];

    /// <summary>Where it is; null when it is not installed.</summary>
    public static string? Path => Array.Find(Places, File.Exists);

    /// <summary>The command to run for a configured one: <c>internal-sftp</c>, with its arguments, becomes the program.</summary>
    /// <returns>Null when the program is not there.</returns>
    public static string? Expand(string command)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (command != Internal && !command.StartsWith(Internal + " ", StringComparison.Ordinal)) return command;
        return Path is { } path ? path + command[Internal.Length..] : null;
    }
}
