using System.Security.Cryptography;

namespace Adit.Platform.Crypto;

/// <summary>X25519 key agreement (RFC 7748 §5, §6.1) through libcrypto.</summary>
public static class X25519
{
    /// <summary>Octets of a private key, a public key and a shared secret.</summary>
    public const int KeyLength = 32;

    /// <summary>Makes a new private key: 32 random octets; the clamping of RFC 7748 §5 happens on use.</summary>
    public static byte[] GeneratePrivateKey() => RandomNumberGenerator.GetBytes(KeyLength);

    /// <summary>The public key that belongs to a private key.</summary>
    /// <param name="privateKey">32 octets.</param>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public static byte[] GetPublicKey(ReadOnlySpan<byte> privateKey)
    {
        using EvpKeyHandle key = Private(privateKey);
        byte[] result = new byte[KeyLength];
        nuint length = KeyLength;
        return LibCrypto.EVP_PKEY_get_raw_public_key(key, result, ref length) == 1 ? result : throw LibCrypto.Failure("X25519 public key");
    }

    /// <summary>Computes the shared secret.</summary>
    /// <param name="privateKey">Our 32 octets.</param>
    /// <param name="peerPublicKey">What the peer sent.</param>
    /// <param name="secret">Receives 32 octets.</param>
    /// <returns>False when the peer's key has not 32 octets or the secret is all zero (RFC 7748 §6.1, RFC 8731 §3): the exchange must be aborted.</returns>
    /// <exception cref="ArgumentException">Our key or the destination has another length.</exception>
    public static bool TryAgree(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> peerPublicKey, Span<byte> secret)
    {
        if (secret.Length != KeyLength) throw new ArgumentException($"X25519: secret: expected {KeyLength} octets of room, got {secret.Length}", nameof(secret));
        secret.Clear();
        using EvpKeyHandle key = Private(privateKey);
        if (peerPublicKey.Length != KeyLength) return false;
        using EvpKeyHandle peer = LibCrypto.EVP_PKEY_new_raw_public_key(LibCrypto.X25519Type, 0, peerPublicKey, KeyLength);
        using EvpKeyContextHandle context = LibCrypto.EVP_PKEY_CTX_new(key, 0);
        nuint length = KeyLength;

        // libcrypto too refuses an all-zero secret; what it computed is not to be used then.
        bool agreed = !peer.IsInvalid && !context.IsInvalid
            && LibCrypto.EVP_PKEY_derive_init(context) == 1
            && LibCrypto.EVP_PKEY_derive_set_peer(context, peer) == 1
            && LibCrypto.EVP_PKEY_derive(context, secret, ref length) == 1
            && length == KeyLength
            && !CryptographicOperations.FixedTimeEquals(secret, stackalloc byte[KeyLength]);
        if (!agreed)
        {
            LibCrypto.ERR_clear_error();
            secret.Clear();
        }

        return agreed;
    }

    private static EvpKeyHandle Private(ReadOnlySpan<byte> privateKey)
    {
        if (privateKey.Length != KeyLength)
            throw new ArgumentException($"X25519: private key: expected {KeyLength} octets, got {privateKey.Length}", nameof(privateKey));
        EvpKeyHandle key = LibCrypto.EVP_PKEY_new_raw_private_key(LibCrypto.X25519Type, 0, privateKey, KeyLength);
        return key.IsInvalid ? throw LibCrypto.Failure("X25519 private key") : key;
    }
}
