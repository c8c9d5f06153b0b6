namespace Adit.Ssh.Config.Server;

public sealed partial record SshdConfig
{
    /// <summary>Whether root may log in, and how.</summary>
    public PermitRootLogin PermitRootLogin { get; init; } = PermitRootLogin.ProhibitPassword;

    /// <summary>Whether keys may log in.</summary>
    public bool PubkeyAuthentication { get; init; } = true;

    /// <summary>Whether passwords may log in.</summary>
    public bool PasswordAuthentication { get; init; } = true;

    /// <summary>Whether keyboard-interactive may log in.</summary>
    public bool KbdInteractiveAuthentication { get; init; } = true;

    /// <summary>Whether accounts without password may be entered without one.</summary>
    public bool PermitEmptyPasswords { get; init; }

    /// <summary>Whether the client's host vouches for its user.</summary>
    public bool HostbasedAuthentication { get; init; }

    /// <summary>Lists of methods of which one must be completed; empty where any one method is enough.</summary>
    public IReadOnlyList<IReadOnlyList<string>> AuthenticationMethods { get; init; } = [];

    /// <summary>Signature algorithms of users' keys.</summary>
    public IReadOnlyList<string> PubkeyAcceptedAlgorithms { get; init; } = [];

    /// <summary>Signature algorithms of hosts' keys.</summary>
    public IReadOnlyList<string> HostbasedAcceptedAlgorithms { get; init; } = [];

    /// <summary>Signature algorithms of certificate authorities.</summary>
    public IReadOnlyList<string> CaSignatureAlgorithms { get; init; } = [];

    /// <summary>The smallest RSA key taken, in bits.</summary>
    public int RequiredRsaSize { get; init; } = 1024;

    /// <summary>touch-required: a security key must attest presence, whatever the key's line says.</summary>
    public bool TouchRequired { get; init; }

    /// <summary>verify-required: a security key must attest that it verified its user.</summary>
    public bool VerifyRequired { get; init; }

    /// <summary>Files of authorised keys, with tokens, absolute or below the home folder; empty for none.</summary>
    public IReadOnlyList<string> AuthorizedKeysFiles { get; init; } = DefaultAuthorizedKeysFiles;

    /// <summary>A program that prints authorised keys, with tokens; null for none.</summary>
    public string? AuthorizedKeysCommand { get; init; }

    /// <summary>Whose account runs it.</summary>
    public string? AuthorizedKeysCommandUser { get; init; }

    /// <summary>A file of principals, with tokens; null for none.</summary>
    public string? AuthorizedPrincipalsFile { get; init; }

    /// <summary>A program that prints principals, with tokens; null for none.</summary>
    public string? AuthorizedPrincipalsCommand { get; init; }

    /// <summary>Whose account runs it.</summary>
    public string? AuthorizedPrincipalsCommandUser { get; init; }

    /// <summary>A file of certificate authorities; null for none.</summary>
    public string? TrustedUserCaKeys { get; init; }

    /// <summary>A file of revoked keys; null for none.</summary>
    public string? RevokedKeys { get; init; }

    /// <summary>Whether modes and owners of the user's files are judged.</summary>
    public bool StrictModes { get; init; } = true;

    /// <summary>Patterns of users that may log in, perhaps with <c>@host</c>; empty for all.</summary>
    public IReadOnlyList<string> AllowUsers { get; init; } = [];

    /// <summary>Patterns of users that may not.</summary>
    public IReadOnlyList<string> DenyUsers { get; init; } = [];

    /// <summary>Patterns of groups that may log in; empty for all.</summary>
    public IReadOnlyList<string> AllowGroups { get; init; } = [];

    /// <summary>Patterns of groups that may not.</summary>
    public IReadOnlyList<string> DenyGroups { get; init; } = [];

    /// <summary>A file whose text is shown before authentication; null for none.</summary>
    public string? Banner { get; init; }

    /// <summary>Whether every connection is refused after authentication began (OpenSSH 10).</summary>
    public bool RefuseConnection { get; init; }

    internal static IReadOnlyList<string> DefaultAuthorizedKeysFiles { get; } = [".ssh/authorized_keys", ".ssh/authorized_keys2"];
}
