using System.Security.Cryptography;

namespace Adit.Platform.Tests.Crypto.PostQuantum;

/// <summary>The generator of NIST's known answer tests: AES-256-CTR-DRBG (SP 800-90A §10.2.1) without derivation function or reseeding.</summary>
internal sealed class NistGenerator
{
    private byte[] _key = new byte[32];
    private byte[] _v = new byte[16];

    public NistGenerator(ReadOnlySpan<byte> entropy) => Update(entropy);

    public void Fill(Span<byte> octets)
    {
        Blocks(octets);
        Update(new byte[48]);
    }

    private void Update(ReadOnlySpan<byte> data)
    {
        byte[] next = new byte[48];
        Blocks(next);
        for (int i = 0; i < next.Length; i++) next[i] ^= data[i];
        _key = next[..32];
        _v = next[32..];
    }

    private void Blocks(Span<byte> target)
    {
        using Aes aes = Aes.Create();
        aes.Key = _key;
        while (!target.IsEmpty)
        {
            for (int i = 15; i >= 0 && ++_v[i] == 0; i--)
            {
            }

            byte[] block = aes.EncryptEcb(_v, PaddingMode.None);
            int take = Math.Min(16, target.Length);
            block.AsSpan(0, take).CopyTo(target);
            target = target[take..];
        }
    }
}
