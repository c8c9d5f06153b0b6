using System.Net;
using Adit.Platform.Accounts;
using Adit.Platform.Processes;
using Adit.Ssh.Config;
using Adit.Ssh.Config.Server;

namespace Adit.Gateway.Sshd;

/// <summary>Whether an account may log in at all, whatever it proves (AUTHENTICATION in sshd(8), Allow… and Deny… in sshd_config(5)).</summary>
internal static class SshdAccess
{
    /// <summary>Why not, in sshd's words; null when it may.</summary>
    /// <param name="config">The options for the connection and the user.</param>
    /// <param name="account">The account.</param>
    /// <param name="shadow">Its entry of shadow(5); null where it cannot be read.</param>
    /// <param name="address">Where the client is; null where the carrier does not tell.</param>
    /// <param name="host">Its host name, or its address.</param>
    public static string? WhyNot(SshdConfig config, UserAccount account, ShadowEntry? shadow, IPAddress? address, string host)
    {
        string user = account.Name;
        if (shadow is { IsExpired: true }) return $"Account {user} has expired";
        if (!config.UsePam && shadow is { IsLocked: true }) return $"User {user} not allowed because account is locked";
        if (!File.Exists(account.Shell)) return $"User {user} not allowed because shell {account.Shell} does not exist";
        if ((File.GetUnixFileMode(account.Shell) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) == 0)
        {
            return $"User {user} not allowed because shell {account.Shell} is not executable";
        }

        if (config.DenyUsers.Any(p => IsUser(p, user, address, host))) return $"User {user} from {host} not allowed because listed in DenyUsers";
        if (config.AllowUsers.Count > 0 && !config.AllowUsers.Any(p => IsUser(p, user, address, host))) return $"User {user} from {host} not allowed because not listed in AllowUsers";
        if (config.DenyGroups.Count == 0 && config.AllowGroups.Count == 0) return null;
        IReadOnlyList<string> groups = GroupNames.Of(account);
        if (groups.Count == 0) return $"User {user} from {host} not allowed because not in any group";
        if (groups.Any(g => SshPattern.IsListMatch(g, config.DenyGroups))) return $"User {user} from {host} not allowed because a group is listed in DenyGroups";
        return config.AllowGroups.Count > 0 && !groups.Any(g => SshPattern.IsListMatch(g, config.AllowGroups))
            ? $"User {user} from {host} not allowed because none of user's groups are listed in AllowGroups"
            : null;
    }

    /// <summary>Whether a pattern, perhaps with <c>@host</c>, matches.</summary>
    internal static bool IsUser(string pattern, string user, IPAddress? address, string host)
    {
        int at = pattern.LastIndexOf('@');
        return at < 0
            ? SshPattern.IsMatch(user, pattern)
            : SshPattern.IsMatch(user, pattern.AsSpan(0, at)) && SshPattern.IsHostMatch(pattern[(at + 1)..], address, host);
    }
}
