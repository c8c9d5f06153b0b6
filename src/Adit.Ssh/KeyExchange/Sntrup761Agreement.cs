using System.Security.Cryptography;
using Adit.Platform.Crypto.PostQuantum;

namespace Adit.Ssh.KeyExchange;

/// <summary>sntrup761x25519-sha512 (RFC 9941).</summary>
internal sealed class Sntrup761Agreement(bool isClient) : HybridAgreement(isClient)
{
    private Sntrup761? _key;

    public override HashAlgorithmName Hash => HashAlgorithmName.SHA512;

    protected override int KeyLength => Sntrup761.PublicKeyLength;

    protected override int CiphertextLength => Sntrup761.CiphertextLength;

    public override void Dispose()
    {
        _key?.Dispose();
        base.Dispose();
    }

    protected override ReadOnlySpan<byte> GenerateKey() => (_key = Sntrup761.Generate()).PublicKey.Span;

    protected override bool TryDecapsulate(ReadOnlySpan<byte> ciphertext, Span<byte> secret) => _key is not null && _key.TryDecapsulate(ciphertext, secret);

    protected override bool TryEncapsulate(ReadOnlySpan<byte> publicKey, Span<byte> ciphertext, Span<byte> secret) =>
        Sntrup761.TryEncapsulate(publicKey, ciphertext, secret);
}
