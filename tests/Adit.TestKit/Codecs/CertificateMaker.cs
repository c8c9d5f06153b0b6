using System.Text;
using Adit.Ssh.Keys;
using Adit.Wire.Ssh;

namespace Adit.TestKit.Codecs;

/// <summary>Makes certificates field by field (OpenSSH PROTOCOL.certkeys), also ones that no ssh-keygen would make.</summary>
public sealed record CertificateMaker
{
    public required SshPublicKey Key { get; init; }

    public required SshPrivateKey Authority { get; init; }

    public string? SignatureAlgorithm { get; init; }

    public ulong Serial { get; init; }

    public uint Kind { get; init; } = 1;

    public string KeyId { get; init; } = "id";

    public IReadOnlyList<string> Principals { get; init; } = [];

    public ulong ValidAfter { get; init; }

    public ulong ValidBefore { get; init; } = ulong.MaxValue;

    public IReadOnlyList<(string Name, string? Value)> CriticalOptions { get; init; } = [];

    public IReadOnlyList<(string Name, string? Value)> Extensions { get; init; } = [];

    /// <summary>In the authority's place; null for its own blob.</summary>
    public byte[]? AuthorityBlob { get; init; }

    public byte[] ToArray()
    {
        byte[] buffer = new byte[64 * 1024];
        SshWriter writer = new(buffer);
        writer.WriteText(SshCertificate.NameOf(Key.KeyType));
        writer.WriteString(new byte[32]);
        writer.WriteBytes(Key.Blob.Span[SshWriter.TextLength(Key.KeyType)..]);
        writer.WriteUInt64(Serial);
        writer.WriteUInt32(Kind);
        writer.WriteText(KeyId);
        writer.WriteString(Strings(Principals.Select(Encoding.UTF8.GetBytes)));
        writer.WriteUInt64(ValidAfter);
        writer.WriteUInt64(ValidBefore);
        writer.WriteString(Options(CriticalOptions));
        writer.WriteString(Options(Extensions));
        writer.WriteString(default);
        writer.WriteString(AuthorityBlob ?? Authority.PublicKey.Blob.ToArray());
        writer.WriteString(Authority.Sign(SignatureAlgorithm ?? Authority.PublicKey.SignatureAlgorithms[0], buffer.AsSpan(0, writer.Written)));
        return buffer[..writer.Written];
    }

    public SshCertificate Make() => SshPublicKey.TryDecode(ToArray(), out SshPublicKey? key, out string? why) ? (SshCertificate)key : throw new CodecFailureException(why);

    private static byte[] Options(IReadOnlyList<(string Name, string? Value)> options) =>
        Strings(options.SelectMany(o => new[] { Encoding.UTF8.GetBytes(o.Name), o.Value is null ? [] : Strings([Encoding.UTF8.GetBytes(o.Value)]) }));

    private static byte[] Strings(IEnumerable<byte[]> values)
    {
        List<byte> octets = [];
        foreach (byte[] value in values)
        {
            octets.AddRange([(byte)(value.Length >> 24), (byte)(value.Length >> 16), (byte)(value.Length >> 8), (byte)value.Length]);
            octets.AddRange(value);
        }

        return [.. octets];
    }
}
