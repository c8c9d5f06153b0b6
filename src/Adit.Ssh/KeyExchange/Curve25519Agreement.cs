using System.Security.Cryptography;
using Adit.Platform.Crypto;

namespace Adit.Ssh.KeyExchange;

/// <summary>curve25519-sha256 (RFC 8731).</summary>
internal sealed class Curve25519Agreement : KeyAgreement
{
    private readonly byte[] _privateKey = X25519.GeneratePrivateKey();

    public override HashAlgorithmName Hash => HashAlgorithmName.SHA256;

    public override byte[] PublicValue => field ??= X25519.GetPublicKey(_privateKey);

    public override bool TryAgree(ReadOnlySpan<byte> peerPublicValue, out byte[] secret)
    {
        secret = new byte[X25519.KeyLength];
        return peerPublicValue.Length == X25519.KeyLength && X25519.TryAgree(_privateKey, peerPublicValue, secret);
    }

    public override void Dispose() => CryptographicOperations.ZeroMemory(_privateKey);
}
