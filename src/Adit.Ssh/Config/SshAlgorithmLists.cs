using Adit.Ssh.KeyExchange;
using Adit.Ssh.Keys;

namespace Adit.Ssh.Config;

/// <summary>
/// The algorithms that the lists of a configuration are resolved against, preferred first: what stands in a list with <c>+</c>, <c>-</c> or <c>^</c>
/// changes the default, and what is not supported is left out.
/// </summary>
public sealed record SshAlgorithmLists
{
    private static readonly string[] PlainKeys = ["ssh-ed25519", "rsa-sha2-512", "rsa-sha2-256", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"];
    private static readonly string[] SecurityKeys = ["sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"];

    /// <summary>Key exchange methods used where nothing is configured.</summary>
    public required IReadOnlyList<string> Kex { get; init; }

    /// <summary>Host key algorithms used where nothing is configured.</summary>
    public required IReadOnlyList<string> HostKey { get; init; }

    /// <summary>Ciphers used where nothing is configured.</summary>
    public required IReadOnlyList<string> Cipher { get; init; }

    /// <summary>MACs used where nothing is configured.</summary>
    public required IReadOnlyList<string> Mac { get; init; }

    /// <summary>Signature algorithms for user authentication where nothing is configured.</summary>
    public required IReadOnlyList<string> PublicKey { get; init; }

    /// <summary>Signature algorithms of certificate authorities where nothing is configured; null for those of users.</summary>
    public IReadOnlyList<string>? CaSignature { get; init; }

    /// <summary>Bits that an RSA key must have where nothing is configured; 1024, as in OpenSSH 9.2.</summary>
    public int RequiredRsaSize { get; init; } = 1024;

    /// <summary>Every algorithm of each kind that is implemented where it is more than the default; by kind's keyword, such as <c>ciphers</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Supported { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>What Adit implements, in its order of preference.</summary>
    public static SshAlgorithmLists Default { get; } = new()
    {
        Kex = KeyAgreement.Names,
        HostKey = [.. PlainKeys.Select(SshCertificate.NameOf), .. PlainKeys],
        Cipher = ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com", "aes256-ctr", "aes192-ctr", "aes128-ctr"],
        Mac = ["hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512"],
        CaSignature = [.. PlainKeys, .. SecurityKeys],
        PublicKey = [.. PlainKeys.Concat(SecurityKeys).Select(SshCertificate.NameOf), .. PlainKeys, .. SecurityKeys],
    };

    /// <summary>The lists of <c>AditProfile hardened</c>, those of <see cref="SshAlgorithms.Hardened"/>. They are defaults: a list that is configured may still name whatever is implemented.</summary>
    public static SshAlgorithmLists Hardened => field ??= new()
    {
        Kex = SshAlgorithms.Hardened.KeyExchange,
        HostKey = SshAlgorithms.Hardened.HostKey,
        Cipher = SshAlgorithms.Hardened.Cipher,
        Mac = SshAlgorithms.Hardened.Mac,
        PublicKey = SshAlgorithms.Hardened.UserKey,
        CaSignature = SshAlgorithms.Hardened.CertificateAuthority,
        RequiredRsaSize = SshAlgorithms.Hardened.RequiredRsaBits,
        Supported = new Dictionary<string, IReadOnlyList<string>>
        {
            ["kexalgorithms"] = Default.Kex, ["hostkeyalgorithms"] = Default.HostKey, ["ciphers"] = Default.Cipher, ["macs"] = Default.Mac,
            ["pubkeyacceptedalgorithms"] = Default.PublicKey, ["hostbasedacceptedalgorithms"] = Default.PublicKey, ["casignaturealgorithms"] = Default.CaSignature!,
        },
    };
}
