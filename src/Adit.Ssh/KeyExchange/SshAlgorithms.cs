using Adit.Ssh.Ciphers;

namespace Adit.Ssh.KeyExchange;

/// <summary>The algorithms one side offers, each list preferred first. Immutable.</summary>
public sealed record SshAlgorithms
{
    /// <summary>Everything this library knows that is not broken.</summary>
    public static readonly SshAlgorithms Default = new();

    /// <summary>Key exchange methods.</summary>
    public IReadOnlyList<string> KeyExchange { get; init; } = KeyAgreement.Names;

    /// <summary>Signature algorithms of host keys.</summary>
    public IReadOnlyList<string> HostKey { get; init; } =
        ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512", "rsa-sha2-256"];

    /// <summary>Ciphers, for both directions.</summary>
    public IReadOnlyList<string> Cipher { get; init; } = Array.ConvertAll(CipherAlgorithm.All, c => c.Name);

    /// <summary>MACs, for both directions; unused with AEAD ciphers.</summary>
    public IReadOnlyList<string> Mac { get; init; } = Array.ConvertAll(MacAlgorithm.All, m => m.Name);

    /// <summary>Compression, for both directions.</summary>
    public IReadOnlyList<string> Compression { get; init; } = ["none", "zlib@openssh.com"];

    /// <summary>Signature algorithms accepted of users' keys (server-sig-algs, RFC 8308 §3.1).</summary>
    public IReadOnlyList<string> UserKey { get; init; } =
        ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512", "rsa-sha2-256"];
}
