using System.Security.Cryptography;

namespace Adit.Platform.Crypto;

/// <summary>One side of a Diffie-Hellman exchange over a group of RFC 3526, generator 2, with libcrypto's constant-time exponentiation.</summary>
public sealed class FiniteFieldDiffieHellman : IDisposable
{
    // Ours: RFC 3526 §8 estimates at most 620 bits of exponent for the largest group; a safe prime allows short exponents.
    private const int ExponentLength = 80;

    private readonly BigNumberHandle _prime;
    private readonly byte[] _primeOctets;
    private readonly byte[] _exponent;

    /// <summary>Makes a new private exponent and its public value.</summary>
    /// <param name="group">The group.</param>
    public FiniteFieldDiffieHellman(DiffieHellmanGroup group)
    {
        (_prime, int length) = group switch
        {
            DiffieHellmanGroup.Group14 => (LibCrypto.BN_get_rfc3526_prime_2048(0), 256),
            DiffieHellmanGroup.Group16 => (LibCrypto.BN_get_rfc3526_prime_4096(0), 512),
            DiffieHellmanGroup.Group18 => (LibCrypto.BN_get_rfc3526_prime_8192(0), 1024),
            _ => throw new ArgumentOutOfRangeException(nameof(group), group, "diffie-hellman: group: expected 14, 16 or 18"),
        };
        if (_prime.IsInvalid) throw LibCrypto.Failure("RFC 3526 prime");
        _primeOctets = new byte[length];
        _ = LibCrypto.BN_bn2binpad(_prime, _primeOctets, length);
        _exponent = RandomNumberGenerator.GetBytes(ExponentLength);
        _exponent[0] |= 0x80;
        PublicValue = Raise([2]);
    }

    /// <summary>g^x mod p, big-endian, as long as the prime: leading zeros are kept.</summary>
    public ReadOnlyMemory<byte> PublicValue { get; }

    /// <summary>The prime, big-endian.</summary>
    public ReadOnlyMemory<byte> Prime => _primeOctets;

    /// <summary>Computes the shared secret.</summary>
    /// <param name="peerPublicValue">The peer's public value, a big-endian magnitude.</param>
    /// <param name="secret">The secret, big-endian, as long as the prime; empty when refused.</param>
    /// <returns>False when the peer's value is not in 2 … p−2, or the secret is 1 (RFC 4253 §8, RFC 8268 §4): the exchange must be aborted.</returns>
    public bool TryAgree(ReadOnlySpan<byte> peerPublicValue, out byte[] secret)
    {
        ObjectDisposedException.ThrowIf(_prime.IsClosed, this);
        secret = [];
        ReadOnlySpan<byte> peer = peerPublicValue.TrimStart((byte)0);

        // 1 < peer < p − 1; p is odd, so that p − 1 differs from p only in its last octet.
        if (peer.Length == 0 || (peer.Length == 1 && peer[0] == 1) || peer.Length > _primeOctets.Length) return false;
        if (peer.Length == _primeOctets.Length)
        {
            byte[] greatest = (byte[])_primeOctets.Clone();
            greatest[^1]--;
            if (peer.SequenceCompareTo(greatest) >= 0) return false;
        }

        byte[] result = Raise(peer);
        if (result.AsSpan().TrimStart((byte)0) is [] or [1]) return false;
        secret = result;
        return true;
    }

    /// <summary>Clears the private exponent.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_exponent);
        _prime.Dispose();
    }

    private byte[] Raise(ReadOnlySpan<byte> value)
    {
        using BigNumberHandle number = LibCrypto.BN_bin2bn(value, value.Length, 0);
        using BigNumberHandle exponent = LibCrypto.BN_bin2bn(_exponent, _exponent.Length, 0);
        using BigNumberHandle result = LibCrypto.BN_new();
        using BigNumberContextHandle context = LibCrypto.BN_CTX_new();
        byte[] octets = new byte[_primeOctets.Length];
        if (number.IsInvalid || exponent.IsInvalid || result.IsInvalid || context.IsInvalid
            || LibCrypto.BN_mod_exp_mont_consttime(result, number, exponent, _prime, context, 0) != 1
            || LibCrypto.BN_bn2binpad(result, octets, octets.Length) != octets.Length) throw LibCrypto.Failure("modular exponentiation");
        return octets;
    }
}
