using System.Diagnostics.CodeAnalysis;

namespace Adit.Ssh.Keys;

/// <summary>Lines of AuthorizedPrincipalsFile (sshd_config(5)): a name each, perhaps after options of authorized_keys. What cannot be read grants nothing.</summary>
public static class AuthorizedPrincipals
{
    /// <summary>Finds the first line whose name a certificate lists.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="certificate">The certificate.</param>
    /// <param name="principal">The name.</param>
    /// <param name="permissions">What the line's options permit.</param>
    public static bool TryFind(IEnumerable<string> lines, SshCertificate certificate, [NotNullWhen(true)] out string? principal, [NotNullWhen(true)] out KeyPermissions? permissions)
    {
        ArgumentNullException.ThrowIfNull(lines);
        ArgumentNullException.ThrowIfNull(certificate);
        foreach (string line in lines)
        {
            string text = line.Split('#')[0].Trim();
            if (text.Length == 0) continue;
            // The name is the last word; options may hold blanks within quotes.
            int blank = text.AsSpan().LastIndexOfAny(' ', '\t');
            principal = text[(blank + 1)..];
            if (!certificate.Principals.Contains(principal)) continue;
            permissions = KeyPermissions.Unrestricted;
            if (blank < 0 || AuthorizedKeyOptions.TryParse(text.AsSpan(0, blank).TrimEnd(), TimeZoneInfo.Local, out permissions, out _)) return true;
        }

        principal = null;
        permissions = null;
        return false;
    }
}
