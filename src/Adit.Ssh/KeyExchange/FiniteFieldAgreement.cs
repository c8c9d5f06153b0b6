using System.Security.Cryptography;
using Adit.Platform.Crypto;

namespace Adit.Ssh.KeyExchange;

/// <summary>diffie-hellman-group14/16/18 (RFC 4253 §8, RFC 8268): public values are mpints.</summary>
internal sealed class FiniteFieldAgreement : KeyAgreement
{
    private readonly FiniteFieldDiffieHellman _own;

    public FiniteFieldAgreement(DiffieHellmanGroup group, HashAlgorithmName hash)
    {
        Hash = hash;
        _own = new FiniteFieldDiffieHellman(group);
        ReadOnlySpan<byte> magnitude = _own.PublicValue.Span.TrimStart((byte)0);
        PublicValue = (magnitude[0] & 0x80) != 0 ? [0, .. magnitude] : magnitude.ToArray();
    }

    public override HashAlgorithmName Hash { get; }

    public override byte[] PublicValue { get; }

    public override bool TryAgree(ReadOnlySpan<byte> peerPublicValue, out byte[] secret)
    {
        secret = [];
        bool negative = peerPublicValue.Length > 0 && (peerPublicValue[0] & 0x80) != 0;
        return !negative && _own.TryAgree(peerPublicValue, out secret);
    }

    public override void Dispose() => _own.Dispose();
}
