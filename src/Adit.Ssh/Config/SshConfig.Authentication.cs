namespace Adit.Ssh.Config;

public sealed partial record SshConfig
{
    /// <summary>Private key files, in the order to try.</summary>
    public IReadOnlyList<string> IdentityFiles { get; init; } = [];

    /// <summary>Whether these files were configured; one of the default files that is missing deserves no word.</summary>
    public bool HasIdentityFiles { get; init; }

    /// <summary>User certificate files.</summary>
    public IReadOnlyList<string> CertificateFiles { get; init; } = [];

    /// <summary>Whether only the configured keys are offered, though an agent has more.</summary>
    public bool IdentitiesOnly { get; init; }

    /// <summary>The agent's socket, <c>$SSH_AUTH_SOCK</c> where nothing says else; null for no agent.</summary>
    public string? IdentityAgent { get; init; }

    /// <summary>How keys are added to the agent; null for not at all.</summary>
    public string? AddKeysToAgent { get; init; }

    /// <summary>Authentication methods in the order to try.</summary>
    public IReadOnlyList<string> PreferredAuthentications { get; init; } = DefaultAuthentications;

    /// <summary>Whether keys are tried.</summary>
    public bool PubkeyAuthentication { get; init; } = true;

    /// <summary>Whether their signatures also name the server's host key, where the server takes that.</summary>
    public bool PubkeyBindsToHost { get; init; } = true;

    /// <summary>Whether a password is tried.</summary>
    public bool PasswordAuthentication { get; init; } = true;

    /// <summary>Whether keyboard-interactive is tried.</summary>
    public bool KbdInteractiveAuthentication { get; init; } = true;

    /// <summary>How often to ask for a password.</summary>
    public int NumberOfPasswordPrompts { get; init; } = 3;

    /// <summary>Whether nobody is there to be asked.</summary>
    public bool BatchMode { get; init; }

    /// <summary>Signature algorithms that the authority of a certificate may use.</summary>
    public IReadOnlyList<string> CaSignatureAlgorithms { get; init; } = KeyExchange.SshAlgorithms.Default.CertificateAuthority;

    /// <summary>The least size of an RSA key in bits.</summary>
    public int RequiredRsaSize { get; init; } = 1024;

    /// <summary>Whether the address is looked up in known_hosts beside the name.</summary>
    public bool CheckHostIP { get; init; }

    /// <summary>Whether host keys of loopback addresses go unchecked.</summary>
    public bool NoHostAuthenticationForLocalhost { get; init; }

    /// <summary>What becomes of a host key that is not known.</summary>
    public StrictHostKeyChecking StrictHostKeyChecking { get; init; }

    /// <summary>The user's known_hosts files; new keys go into the first.</summary>
    public IReadOnlyList<string> UserKnownHostsFiles { get; init; } = [];

    /// <summary>The system's known_hosts files.</summary>
    public IReadOnlyList<string> GlobalKnownHostsFiles { get; init; } = [];

    /// <summary>A command that prints known_hosts lines, its tokens not expanded.</summary>
    public string? KnownHostsCommand { get; init; }

    /// <summary>Expands that command's tokens; null where the configuration was not resolved.</summary>
    internal TokenExpander? Tokens { get; init; }

    /// <summary>A file of revoked host keys.</summary>
    public string? RevokedHostKeys { get; init; }

    /// <summary>Whether recorded names are hashed.</summary>
    public bool HashKnownHosts { get; init; }

    /// <summary>Whether further keys of the host are recorded.</summary>
    public UpdateHostKeys UpdateHostKeys { get; init; } = UpdateHostKeys.Yes;

    /// <summary>Whether to draw the host key.</summary>
    public bool VisualHostKey { get; init; }

    /// <summary>The hash of fingerprints: <c>SHA256</c> or <c>MD5</c>.</summary>
    public string FingerprintHash { get; init; } = "SHA256";
}
