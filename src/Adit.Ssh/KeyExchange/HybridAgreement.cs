using System.Security.Cryptography;
using Adit.Platform.Crypto;

namespace Adit.Ssh.KeyExchange;

/// <summary>
/// A post-quantum KEM and X25519 together (RFC 9941; draft-ietf-sshm-mlkem-hybrid-kex §2): secure while either is. The client sends the KEM's public key and
/// its X25519 key, the server the ciphertext and its X25519 key, and K = hash(the KEM's secret ‖ the X25519 secret), which is a string and no number.
/// </summary>
internal abstract class HybridAgreement : KeyAgreement
{
    private readonly byte[] _privateKey = X25519.GeneratePrivateKey();
    private readonly bool _isClient;
    private byte[]? _publicValue;

    protected HybridAgreement(bool isClient) => _isClient = isClient;

    public sealed override bool SecretIsString => true;

    public sealed override byte[] PublicValue =>
        _publicValue ??= _isClient ? [.. GenerateKey(), .. X25519.GetPublicKey(_privateKey)] : throw new InvalidOperationException("key exchange: expected the client's value first");

    /// <summary>Octets of what the KEM receives of the peer: a public key at the server, a ciphertext at the client.</summary>
    protected abstract int KeyLength { get; }

    protected abstract int CiphertextLength { get; }

    public sealed override bool TryAgree(ReadOnlySpan<byte> peerPublicValue, out byte[] secret)
    {
        secret = [];
        int length = _isClient ? CiphertextLength : KeyLength;
        if (peerPublicValue.Length != length + X25519.KeyLength) return false;
        ReadOnlySpan<byte> kem = peerPublicValue[..length], curve = peerPublicValue[length..];
        Span<byte> secrets = stackalloc byte[32 + X25519.KeyLength];
        byte[] ciphertext = new byte[_isClient ? 0 : CiphertextLength];
        bool agreed = X25519.TryAgree(_privateKey, curve, secrets[32..])
            && (_isClient ? TryDecapsulate(kem, secrets[..32]) : TryEncapsulate(kem, ciphertext, secrets[..32]));
        if (agreed)
        {
            secret = CryptographicOperations.HashData(Hash, secrets);
            if (!_isClient) _publicValue = [.. ciphertext, .. X25519.GetPublicKey(_privateKey)];
        }

        CryptographicOperations.ZeroMemory(secrets);
        return agreed;
    }

    public override void Dispose() => CryptographicOperations.ZeroMemory(_privateKey);

    /// <summary>Client: makes the KEM's key.</summary>
    protected abstract ReadOnlySpan<byte> GenerateKey();

    /// <summary>Client: opens what the server sent.</summary>
    protected abstract bool TryDecapsulate(ReadOnlySpan<byte> ciphertext, Span<byte> secret);

    /// <summary>Server: answers the client's key.</summary>
    protected abstract bool TryEncapsulate(ReadOnlySpan<byte> publicKey, Span<byte> ciphertext, Span<byte> secret);
}
