using System.Security.Cryptography;

namespace Adit.Platform.Crypto;

/// <summary>Ed25519 signatures (RFC 8032 §5.1) through libcrypto.</summary>
public static class Ed25519
{
    /// <summary>Octets of the private key, called the seed.</summary>
    public const int SeedLength = 32;

    /// <summary>Octets of a public key.</summary>
    public const int PublicKeyLength = 32;

    /// <summary>Octets of a signature.</summary>
    public const int SignatureLength = 64;

    /// <summary>Makes a new private key: 32 random octets.</summary>
    public static byte[] GenerateSeed() => RandomNumberGenerator.GetBytes(SeedLength);

    /// <summary>The public key that belongs to a seed.</summary>
    /// <param name="seed">32 octets.</param>
    /// <exception cref="ArgumentException">The seed has another length.</exception>
    public static byte[] GetPublicKey(ReadOnlySpan<byte> seed)
    {
        using EvpKeyHandle key = Private(seed);
        byte[] result = new byte[PublicKeyLength];
        nuint length = PublicKeyLength;
        return LibCrypto.EVP_PKEY_get_raw_public_key(key, result, ref length) == 1 ? result : throw LibCrypto.Failure("Ed25519 public key");
    }

    /// <summary>Signs <paramref name="data"/>.</summary>
    /// <param name="seed">32 octets.</param>
    /// <param name="data">What to sign; not hashed before.</param>
    /// <returns>64 octets.</returns>
    /// <exception cref="ArgumentException">The seed has another length.</exception>
    public static byte[] Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> data)
    {
        using EvpKeyHandle key = Private(seed);
        using EvpDigestContextHandle context = LibCrypto.EVP_MD_CTX_new();
        byte[] signature = new byte[SignatureLength];
        nuint length = SignatureLength;
        if (context.IsInvalid
            || LibCrypto.EVP_DigestSignInit(context, 0, 0, 0, key) != 1
            || LibCrypto.EVP_DigestSign(context, signature, ref length, data, (nuint)data.Length) != 1
            || length != SignatureLength) throw LibCrypto.Failure("Ed25519 sign");
        return signature;
    }

    /// <summary>Tells whether <paramref name="signature"/> is the signature of <paramref name="data"/>; false for any malformed input.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != PublicKeyLength || signature.Length != SignatureLength) return false;
        using EvpKeyHandle key = LibCrypto.EVP_PKEY_new_raw_public_key(LibCrypto.Ed25519Type, 0, publicKey, PublicKeyLength);
        using EvpDigestContextHandle context = LibCrypto.EVP_MD_CTX_new();
        bool valid = !key.IsInvalid && !context.IsInvalid
            && LibCrypto.EVP_DigestVerifyInit(context, 0, 0, 0, key) == 1
            && LibCrypto.EVP_DigestVerify(context, signature, SignatureLength, data, (nuint)data.Length) == 1;
        if (!valid) LibCrypto.ERR_clear_error();
        return valid;
    }

    private static EvpKeyHandle Private(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedLength) throw new ArgumentException($"Ed25519: seed: expected {SeedLength} octets, got {seed.Length}", nameof(seed));
        EvpKeyHandle key = LibCrypto.EVP_PKEY_new_raw_private_key(LibCrypto.Ed25519Type, 0, seed, SeedLength);
        return key.IsInvalid ? throw LibCrypto.Failure("Ed25519 private key") : key;
    }
}
