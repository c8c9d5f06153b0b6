using Adit.Platform.Crypto;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Keys;

/// <summary>
/// ssh-ed25519 (RFC 8709 §4):
/// <code>
/// string    "ssh-ed25519"
/// string    key, 32 octets
/// </code>
/// </summary>
internal sealed class Ed25519PublicKey : SshPublicKey
{
    internal const string Name = "ssh-ed25519";

    private static readonly string[] Algorithms = [Name];
    private readonly byte[] _key;

    internal Ed25519PublicKey(ReadOnlySpan<byte> key)
        : base(Encode(key)) => _key = key.ToArray();

    public override string KeyType => Name;

    public override int Bits => 256;

    public override IReadOnlyList<string> SignatureAlgorithms => Algorithms;

    internal ReadOnlySpan<byte> Key => _key;

    public override bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, IReadOnlyCollection<string> allowedAlgorithms) =>
        SshSignature.TryDecode(signature, out string algorithm, out ReadOnlySpan<byte> octets)
        && algorithm == Name && allowedAlgorithms.Contains(Name)
        && Ed25519.Verify(_key, data, octets);

    internal static Ed25519PublicKey? Decode(ref SshReader reader, ReadOnlySpan<byte> blob, out string? why)
    {
        why = null;
        if (!reader.TryReadString(out ReadOnlySpan<byte> key)) return null;
        if (key.Length == Ed25519.PublicKeyLength) return new Ed25519PublicKey(key);
        why = $"expected an ssh-ed25519 key of {Ed25519.PublicKeyLength} octets, got {key.Length}";
        return null;
    }

    private static byte[] Encode(ReadOnlySpan<byte> key)
    {
        byte[] blob = new byte[SshWriter.TextLength(Name) + 4 + key.Length];
        SshWriter writer = new(blob);
        writer.WriteText(Name);
        writer.WriteString(key);
        return blob;
    }
}
