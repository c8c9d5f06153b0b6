using System.Security.Cryptography;

namespace Adit.Ssh.Ciphers;

/// <summary>A MAC of RFC 6668, or its encrypt-then-mac form of OpenSSH's.</summary>
/// <param name="Name">The name on the wire.</param>
/// <param name="Hash">The hash of the HMAC.</param>
/// <param name="Length">Octets of the mac and of its key.</param>
/// <param name="EncryptThenMac">Whether it covers the ciphertext.</param>
internal sealed record MacAlgorithm(string Name, HashAlgorithmName Hash, int Length, bool EncryptThenMac)
{
    public static readonly MacAlgorithm[] All =
    [
        new("hmac-sha2-256-etm@openssh.com", HashAlgorithmName.SHA256, 32, true),
        new("hmac-sha2-512-etm@openssh.com", HashAlgorithmName.SHA512, 64, true),
        new("hmac-sha2-256", HashAlgorithmName.SHA256, 32, false),
        new("hmac-sha2-512", HashAlgorithmName.SHA512, 64, false),
    ];

    public static MacAlgorithm? Find(string name) => Array.Find(All, m => m.Name == name);
}
