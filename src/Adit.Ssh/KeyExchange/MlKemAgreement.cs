using System.Security.Cryptography;
using Adit.Platform.Crypto.PostQuantum;

namespace Adit.Ssh.KeyExchange;

/// <summary>mlkem768x25519-sha256 (draft-ietf-sshm-mlkem-hybrid-kex).</summary>
internal sealed class MlKemAgreement(bool isClient) : HybridAgreement(isClient)
{
    private MlKem768? _key;

    public override HashAlgorithmName Hash => HashAlgorithmName.SHA256;

    protected override int KeyLength => MlKem768.EncapsulationKeyLength;

    protected override int CiphertextLength => MlKem768.CiphertextLength;

    public override void Dispose()
    {
        _key?.Dispose();
        base.Dispose();
    }

    protected override ReadOnlySpan<byte> GenerateKey() => (_key = MlKem768.Generate()).EncapsulationKey.Span;

    protected override bool TryDecapsulate(ReadOnlySpan<byte> ciphertext, Span<byte> secret) => _key is not null && _key.TryDecapsulate(ciphertext, secret);

    protected override bool TryEncapsulate(ReadOnlySpan<byte> publicKey, Span<byte> ciphertext, Span<byte> secret) =>
        MlKem768.TryEncapsulate(publicKey, ciphertext, secret);
}
