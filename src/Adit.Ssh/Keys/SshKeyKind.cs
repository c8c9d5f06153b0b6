namespace Adit.Ssh.Keys;

/// <summary>The kinds of key that can be made.</summary>
public enum SshKeyKind
{
    /// <summary>ssh-ed25519 (RFC 8709).</summary>
    Ed25519,

    /// <summary>ssh-rsa (RFC 4253 §6.6), signing with rsa-sha2-512 or rsa-sha2-256 (RFC 8332).</summary>
    Rsa,

    /// <summary>ecdsa-sha2-nistp256 (RFC 5656 §3).</summary>
    Ecdsa256,

    /// <summary>ecdsa-sha2-nistp384.</summary>
    Ecdsa384,

    /// <summary>ecdsa-sha2-nistp521.</summary>
    Ecdsa521,
}
