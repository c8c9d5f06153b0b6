using System.Security.Cryptography;
using Adit.Platform.Crypto;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Keys;

/// <summary>An Ed25519 seed. In a file: string type, string public, string seed ‖ public.</summary>
internal sealed class Ed25519Secret : SshSecret
{
    private readonly byte[] _seed;
    private readonly Ed25519PublicKey _publicKey;

    internal Ed25519Secret(byte[] seed)
    {
        _seed = seed;
        _publicKey = new Ed25519PublicKey(Ed25519.GetPublicKey(seed));
    }

    internal override SshPublicKey PublicKey => _publicKey;

    internal static Ed25519Secret Generate() => new(Ed25519.GenerateSeed());

    internal override byte[] Sign(string algorithm, ReadOnlySpan<byte> data) =>
        algorithm == Ed25519PublicKey.Name ? Ed25519.Sign(_seed, data) : throw Unsuitable(algorithm, PublicKey);

    internal override void WriteFields(ref SshWriter writer)
    {
        writer.WriteText(Ed25519PublicKey.Name);
        writer.WriteString(_publicKey.Key);
        writer.WriteUInt32(Ed25519.SeedLength + Ed25519.PublicKeyLength);
        writer.WriteBytes(_seed);
        writer.WriteBytes(_publicKey.Key);
    }

    internal static Ed25519Secret? ReadFields(ref SshReader reader)
    {
        if (!reader.TryReadString(out ReadOnlySpan<byte> publicKey) || !reader.TryReadString(out ReadOnlySpan<byte> both)
            || both.Length != Ed25519.SeedLength + Ed25519.PublicKeyLength || !both[Ed25519.SeedLength..].SequenceEqual(publicKey)) return null;
        Ed25519Secret secret = new(both[..Ed25519.SeedLength].ToArray());

        // A public half that is not the seed's would let a signature give the seed away.
        return secret._publicKey.Key.SequenceEqual(publicKey) ? secret : null;
    }

    public override void Dispose() => CryptographicOperations.ZeroMemory(_seed);
}
