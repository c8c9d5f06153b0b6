using System.Security.Cryptography;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Keys;

/// <summary>The secret half of a key: signs, and writes itself as openssh-key-v1 does (PROTOCOL.key and PROTOCOL.agent of OpenSSH).</summary>
internal abstract class SshSecret : IDisposable
{
    // Ours: shorter keys are within reach (NIST SP 800-131A), and none is made.
    private const int LeastBitsMade = 2048;

    /// <summary>Room enough for the fields of an RSA key of 16384 bits.</summary>
    internal const int GreatestFields = 12 * 1024;

    internal abstract SshPublicKey PublicKey { get; }

    /// <summary>The fields of the key in a private key file, key type first.</summary>
    internal abstract void WriteFields(ref SshWriter writer);

    /// <summary>Signs; the result is the algorithm's own form.</summary>
    internal abstract byte[] Sign(string algorithm, ReadOnlySpan<byte> data);

    public abstract void Dispose();

    internal static SshSecret Generate(SshKeyKind kind, int bits) => kind switch
    {
        SshKeyKind.Ed25519 when bits is 0 or 256 => Ed25519Secret.Generate(),
        SshKeyKind.Rsa when bits is 0 or (>= LeastBitsMade and <= RsaPublicKey.GreatestBits) => RsaSecret.Generate(bits == 0 ? 3072 : bits),
        SshKeyKind.Ecdsa256 when bits is 0 or 256 => EcdsaSecret.Generate(EcdsaCurve.P256),
        SshKeyKind.Ecdsa384 when bits is 0 or 384 => EcdsaSecret.Generate(EcdsaCurve.P384),
        SshKeyKind.Ecdsa521 when bits is 0 or 521 => EcdsaSecret.Generate(EcdsaCurve.P521),
        SshKeyKind.Rsa => throw new ArgumentOutOfRangeException(nameof(bits), bits, $"rsa: bits: expected {LeastBitsMade} to {RsaPublicKey.GreatestBits}"),
        SshKeyKind.Ed25519 or SshKeyKind.Ecdsa256 or SshKeyKind.Ecdsa384 or SshKeyKind.Ecdsa521 =>
            throw new ArgumentOutOfRangeException(nameof(bits), bits, $"{kind}: bits: expected 0 or the size that the kind says"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "key: kind: expected one of SshKeyKind"),
    };

    /// <summary>Reads the fields of a private key; null when they are malformed or contradict one another.</summary>
    internal static SshSecret? Read(ref SshReader reader)
    {
        if (!reader.TryReadText(out string type)) return null;
        try
        {
            return type switch
            {
                Ed25519PublicKey.Name => Ed25519Secret.ReadFields(ref reader),
                RsaPublicKey.Name => RsaSecret.ReadFields(ref reader),
                _ when EcdsaCurve.OfKeyType(type) is { } curve => EcdsaSecret.ReadFields(curve, ref reader),
                _ => null,
            };
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private protected static ArgumentException Unsuitable(string algorithm, SshPublicKey key) =>
        new($"sign: algorithm: expected {string.Join(" or ", key.SignatureAlgorithms)}, got {algorithm}", nameof(algorithm));
}
