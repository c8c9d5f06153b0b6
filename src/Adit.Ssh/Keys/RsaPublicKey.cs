using System.Numerics;
using System.Security.Cryptography;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Keys;

/// <summary>
/// ssh-rsa (RFC 4253 §6.6); signatures rsa-sha2-512 and rsa-sha2-256 (RFC 8332 §3), RSASSA-PKCS1-v1_5:
/// <code>
/// string    "ssh-rsa"
/// mpint     e
/// mpint     n
/// </code>
/// </summary>
internal sealed class RsaPublicKey : SshPublicKey
{
    internal const string Name = "ssh-rsa";
    internal const string Sha256Algorithm = "rsa-sha2-256";
    internal const string Sha512Algorithm = "rsa-sha2-512";

    // OpenSSH's limits (SSH_RSA_MINIMUM_MODULUS_SIZE, OPENSSL_RSA_MAX_MODULUS_BITS); what is required beyond is an option.
    internal const int LeastBits = 1024;
    internal const int GreatestBits = 16384;

    private static readonly string[] Algorithms = [Sha512Algorithm, Sha256Algorithm];
    private readonly byte[] _modulus;
    private readonly byte[] _exponent;

    internal RsaPublicKey(ReadOnlySpan<byte> exponent, ReadOnlySpan<byte> modulus)
        : base(Encode(exponent, modulus))
    {
        _modulus = modulus.TrimStart((byte)0).ToArray();
        _exponent = exponent.TrimStart((byte)0).ToArray();
    }

    public override string KeyType => Name;

    public override int Bits => BitsOf(_modulus);

    public override IReadOnlyList<string> SignatureAlgorithms => Algorithms;

    public override bool IsTooShort(int requiredRsaBits) => Bits < requiredRsaBits;

    internal static HashAlgorithmName? HashOf(string algorithm) => algorithm switch
    {
        Sha256Algorithm => HashAlgorithmName.SHA256,
        Sha512Algorithm => HashAlgorithmName.SHA512,
        _ => null,
    };

    public override bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, IReadOnlyCollection<string> allowedAlgorithms)
    {
        if (!SshSignature.TryDecode(signature, out string algorithm, out ReadOnlySpan<byte> octets)
            || HashOf(algorithm) is not { } hash || !allowedAlgorithms.Contains(algorithm)
            || octets.Length > _modulus.Length) return false;

        // Some signers drop leading zeros (OpenSSH's ssh-rsa.c pads them as well).
        byte[] padded = new byte[_modulus.Length];
        octets.CopyTo(padded.AsSpan(padded.Length - octets.Length));
        try
        {
            using RSA rsa = RSA.Create(new RSAParameters { Modulus = _modulus, Exponent = _exponent });
            return rsa.VerifyData(data, padded, hash, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    internal static RsaPublicKey? Decode(ref SshReader reader, ReadOnlySpan<byte> blob, out string? why)
    {
        why = null;
        if (!reader.TryReadMpint(out ReadOnlySpan<byte> exponent) || !reader.TryReadMpint(out ReadOnlySpan<byte> modulus)) return null;
        int bits = BitsOf(modulus);
        if (bits is < LeastBits or > GreatestBits) why = $"expected an ssh-rsa key of {LeastBits} to {GreatestBits} bits, got {bits}";
        else if ((modulus[^1] & 1) == 0 || exponent.Length is 0 or > 8 || (exponent[^1] & 1) == 0 || exponent is [1])
            why = "expected an ssh-rsa key with odd modulus and an odd exponent of 3 to 2^64, got others";
        return why is null ? new RsaPublicKey(exponent, modulus) : null;
    }

    private static int BitsOf(ReadOnlySpan<byte> magnitude) =>
        magnitude.Length == 0 ? 0 : (magnitude.Length * 8) - (BitOperations.LeadingZeroCount(magnitude[0]) - 24);

    private static byte[] Encode(ReadOnlySpan<byte> exponent, ReadOnlySpan<byte> modulus)
    {
        byte[] blob = new byte[SshWriter.TextLength(Name) + 10 + exponent.Length + modulus.Length];
        SshWriter writer = new(blob);
        writer.WriteText(Name);
        writer.WriteMpint(exponent);
        writer.WriteMpint(modulus);
        return blob[..writer.Written];
    }
}
