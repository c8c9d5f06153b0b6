using Adit.Platform.Processes;
using Adit.Ssh.Config;
using Adit.Ssh.Keys;

namespace Adit.Gateway.Sshd;

/// <summary>A file that says who may log in as an account: read with the account's rights, and only where nobody else could have written it (StrictModes).</summary>
internal static class AccountFile
{
    // Ours: a device or a mistake must not fill the memory.
    private const int GreatestFile = 16 * 1024 * 1024;

    /// <summary>Its lines; null where it is not there, cannot be read, or must not be believed.</summary>
    public static Task<IReadOnlyList<string>?> ReadAsync(string path, UserAccount account, bool strict, ISshdLog log) => AsAccount.RunAsync<IReadOnlyList<string>?>(account, () =>
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists) return null;
            if ((file.Attributes & FileAttributes.Device) != 0 || file.Length > GreatestFile)
            {
                log.Write(SshLogLevel.Info, $"User {account.Name} file {path} is not a regular file");
                return null;
            }

            string? upTo = path.StartsWith(account.Home.TrimEnd('/') + "/", StringComparison.Ordinal) ? account.Home : null;
            if (strict && StrictModes.TryFindFault(path, upTo, account.UserId, out string? fault))
            {
                log.Write(SshLogLevel.Info, $"Authentication refused: bad ownership or modes for file {path} ({fault})");
                return null;
            }

            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Write(SshLogLevel.Debug1, $"Could not open user '{account.Name}' file '{path}': {e.Message}");
            return null;
        }
    });
}
