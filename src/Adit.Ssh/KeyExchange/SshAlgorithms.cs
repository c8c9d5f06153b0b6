using Adit.Ssh.Ciphers;
using Adit.Ssh.Keys;

namespace Adit.Ssh.KeyExchange;

/// <summary>The algorithms one side offers, each list preferred first. Immutable.</summary>
public sealed record SshAlgorithms
{
    private static readonly string[] PlainKeys = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512", "rsa-sha2-256"];
    private static readonly string[] SecurityKeys = ["sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"];
    private static readonly string[] HardenedKeys = ["ssh-ed25519", "rsa-sha2-512", "rsa-sha2-256"];

    /// <summary>Everything this library knows that is not broken.</summary>
    public static readonly SshAlgorithms Default = new();

    /// <summary>What withstands a quantum computer in the key exchange, and no curve of NIST's: ed25519 or RSA of 4096 bits, AEAD or CTR ciphers, encrypt-then-MAC.</summary>
    public static readonly SshAlgorithms Hardened = new()
    {
        KeyExchange = KeyAgreement.PostQuantumNames,
        HostKey = [.. HardenedKeys.Select(SshCertificate.NameOf), .. HardenedKeys],
        UserKey = [.. WithCertificates([.. HardenedKeys, "sk-ssh-ed25519@openssh.com"])],
        CertificateAuthority = [.. HardenedKeys, "sk-ssh-ed25519@openssh.com"],
        Cipher =
        [
            "aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "chacha20-poly1305@openssh.com", "aes256-ctr", "aes192-ctr", "aes128-ctr",
        ],
        Mac = [.. Default.Mac.Where(m => m.Contains("-etm@", StringComparison.Ordinal))],
        RequiredRsaBits = 4096,
    };

    /// <summary>Key exchange methods.</summary>
    public IReadOnlyList<string> KeyExchange { get; init; } = KeyAgreement.Names;

    /// <summary>Signature algorithms of host keys; those of certificates first.</summary>
    public IReadOnlyList<string> HostKey { get; init; } = [.. PlainKeys.Select(SshCertificate.NameOf), .. PlainKeys];

    /// <summary>Ciphers, for both directions.</summary>
    public IReadOnlyList<string> Cipher { get; init; } = Array.ConvertAll(CipherAlgorithm.All, c => c.Name);

    /// <summary>MACs, for both directions; unused with AEAD ciphers.</summary>
    public IReadOnlyList<string> Mac { get; init; } = Array.ConvertAll(MacAlgorithm.All, m => m.Name);

    /// <summary>Compression, for both directions.</summary>
    public IReadOnlyList<string> Compression { get; init; } = ["none", "zlib@openssh.com"];

    /// <summary>Signature algorithms accepted of users' keys (server-sig-algs, RFC 8308 §3.1).</summary>
    public IReadOnlyList<string> UserKey { get; init; } = [.. WithCertificates([.. PlainKeys, .. SecurityKeys])];

    /// <summary>Signature algorithms that the authority of a certificate may use (CASignatureAlgorithms).</summary>
    public IReadOnlyList<string> CertificateAuthority { get; init; } = [.. PlainKeys, .. SecurityKeys];

    /// <summary>Bits that an RSA key of the peer, of a user or host, must have (RequiredRSASize); default 1024, as in OpenSSH 9.2, and never less.</summary>
    public int RequiredRsaBits { get; init; } = 1024;

    private static IEnumerable<string> WithCertificates(string[] plain) => plain.Select(SshCertificate.NameOf).Concat(plain);
}
