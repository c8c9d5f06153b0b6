using System.Diagnostics.CodeAnalysis;
using System.Text;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Keys;

/// <summary>
/// A certificate (OpenSSH PROTOCOL.certkeys): a public key, what it is good for, and the signature of an authority over both. It is a public key too, the
/// certified one, and verifies as that does. Whether it is to be believed is <see cref="CertificateJudge"/>'s to say: decoding judges only its form.
/// <code>
/// string    key type "-cert-v01@openssh.com"
/// string    nonce
/// …         fields of the key
/// uint64    serial
/// uint32    type: 1 user, 2 host
/// string    key id
/// string    valid principals: strings
/// uint64    valid after
/// uint64    valid before
/// string    critical options: pairs of strings
/// string    extensions: pairs of strings
/// string    reserved
/// string    signature key
/// string    signature
/// </code>
/// </summary>
public sealed class SshCertificate : SshPublicKey
{
    /// <summary>What follows the name of a key type, or of an algorithm, where a certificate is meant.</summary>
    internal const string Suffix = "-cert-v01@openssh.com";

    // OpenSSH's limits (sshkey.h SSHKEY_CERT_MAX_PRINCIPALS); options are ours: far more than there are.
    private const int GreatestCount = 256;

    private readonly int _signedLength;
    private readonly byte[] _signature;
    private readonly string[] _algorithms;

    private SshCertificate(ReadOnlySpan<byte> blob, string type, SshPublicKey certified, SshPublicKey authority, int signedLength, ReadOnlySpan<byte> signature)
        : base(blob.ToArray())
    {
        KeyType = type;
        Certified = certified;
        SignatureKey = authority;
        _signedLength = signedLength;
        _signature = signature.ToArray();
        _algorithms = [.. certified.SignatureAlgorithms.Select(NameOf)];
    }

    /// <inheritdoc/>
    public override string KeyType { get; }

    /// <inheritdoc/>
    public override int Bits => Certified.Bits;

    /// <inheritdoc/>
    public override IReadOnlyList<string> SignatureAlgorithms => _algorithms;

    /// <summary>The key that it vouches for.</summary>
    public SshPublicKey Certified { get; }

    /// <summary>The key of the authority; never a certificate itself.</summary>
    public SshPublicKey SignatureKey { get; }

    /// <summary>The number that the authority gave it; 0 when it gave none.</summary>
    public ulong Serial { get; private init; }

    /// <summary>The name that the authority gave it, for logs; not to be trusted before the signature is.</summary>
    public string KeyId { get; private init; } = "";

    /// <summary>Whom it vouches for.</summary>
    public CertificateKind Kind { get; private init; }

    /// <summary>The users or hosts that it is for; empty for any.</summary>
    public IReadOnlyList<string> Principals { get; private init; } = [];

    /// <summary>The first moment of its validity; <see cref="DateTimeOffset.MinValue"/> for always.</summary>
    public DateTimeOffset ValidAfter { get; private init; }

    /// <summary>The first moment after its validity; <see cref="DateTimeOffset.MaxValue"/> for never.</summary>
    public DateTimeOffset ValidBefore { get; private init; }

    /// <summary>Restrictions by name; who does not know one must refuse the certificate. A value is the text in the option's data, null where that is empty.</summary>
    public IReadOnlyDictionary<string, string?> CriticalOptions { get; private init; } = new Dictionary<string, string?>();

    /// <summary>What it grants, by name; who does not know one passes over it.</summary>
    public IReadOnlyDictionary<string, string?> Extensions { get; private init; } = new Dictionary<string, string?>();

    /// <summary>Verifies the authority's signature. Whether that authority is trusted is another question.</summary>
    /// <param name="allowedAlgorithms">The signature algorithms that an authority may use (CASignatureAlgorithms).</param>
    public bool TryVerify(IReadOnlyCollection<string> allowedAlgorithms) => SignatureKey.Verify(Blob.Span[.._signedLength], _signature, allowedAlgorithms);

    /// <summary>The name of an algorithm or key type for certificates: "rsa-sha2-512" → "rsa-sha2-512-cert-v01@openssh.com", "sk-x@openssh.com" → "sk-x-cert-v01@openssh.com".</summary>
    public static string NameOf(string plain)
    {
        ArgumentNullException.ThrowIfNull(plain);
        int at = plain.IndexOf('@', StringComparison.Ordinal);
        return (at < 0 ? plain : plain[..at]) + Suffix;
    }

    /// <summary>The plain name behind one for certificates, and any other name as it is.</summary>
    public static string PlainNameOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!name.EndsWith(Suffix, StringComparison.Ordinal)) return name;
        string plain = name[..^Suffix.Length];
        return plain.StartsWith("sk-", StringComparison.Ordinal) ? plain + "@openssh.com" : plain;
    }

    /// <inheritdoc/>
    public override bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, IReadOnlyCollection<string> allowedAlgorithms) =>
        Certified.Verify(data, signature, Plain(allowedAlgorithms));

    internal override bool VerifyLogin(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, IReadOnlyCollection<string> allowedAlgorithms, KeyPermissions permissions) =>
        Certified.VerifyLogin(data, signature, Plain(allowedAlgorithms), permissions);

    /// <inheritdoc/>
    public override bool IsTooShort(int requiredRsaBits) => Certified.IsTooShort(requiredRsaBits);

    private protected override ReadOnlySpan<byte> PlainBlob => Certified.Blob.Span;

    internal static SshCertificate? Decode(string type, ref SshReader reader, ReadOnlySpan<byte> blob, out string? why)
    {
        why = null;
        if (!reader.TryReadString(out _) || !TryReadKey(PlainNameOf(type), ref reader, out SshPublicKey? certified, out why)
            || !reader.TryReadUInt64(out ulong serial) || !reader.TryReadUInt32(out uint kind) || !reader.TryReadString(out ReadOnlySpan<byte> keyId)
            || !reader.TryReadString(out ReadOnlySpan<byte> principals) || !reader.TryReadUInt64(out ulong after) || !reader.TryReadUInt64(out ulong before)
            || !reader.TryReadString(out ReadOnlySpan<byte> critical) || !reader.TryReadString(out ReadOnlySpan<byte> extensions)
            || !reader.TryReadString(out _) || !reader.TryReadString(out ReadOnlySpan<byte> authorityBlob)) return null;
        int signedLength = reader.Position;
        if (!reader.TryReadString(out ReadOnlySpan<byte> signature) || reader.Remaining != 0) return null;
        if (kind is not ((uint)CertificateKind.User or (uint)CertificateKind.Host)) why = $"expected a certificate for a user or a host, got type {kind}";
        else if (!TryReadNames(principals, out string[] names)) why = "expected the principals of a certificate, got a malformed list";
        else if (!TryReadOptions(critical, out Dictionary<string, string?> restrictions)) why = "expected the critical options of a certificate, got a malformed list";
        else if (!TryReadOptions(extensions, out Dictionary<string, string?> grants)) why = "expected the extensions of a certificate, got a malformed list";
        else if (IsCertificate(authorityBlob)) why = "expected a plain key as authority, got a certificate";
        else if (TryDecode(authorityBlob, out SshPublicKey? authority, out why))
        {
            return new SshCertificate(blob, type, certified, authority, signedLength, signature)
            {
                Serial = serial,
                KeyId = Encoding.UTF8.GetString(keyId),
                Kind = (CertificateKind)kind,
                Principals = names,
                ValidAfter = TimeOf(after),
                ValidBefore = TimeOf(before),
                CriticalOptions = restrictions,
                Extensions = grants,
            };
        }

        return null;
    }

    private static string[] Plain(IReadOnlyCollection<string> algorithms) =>
        [.. algorithms.Where(a => a.EndsWith(Suffix, StringComparison.Ordinal)).Select(PlainNameOf)];

    // The key's fields stand in a certificate as in its own blob, behind the nonce: all of them have a length before them.
    private static bool TryReadKey(string type, ref SshReader reader, [NotNullWhen(true)] out SshPublicKey? key, out string? why)
    {
        key = null;
        why = null;
        int fields = type switch
        {
            Ed25519PublicKey.Name => 1,
            SecurityKeyPublicKey.EcdsaName => 3,
            _ => 2,
        };
        ReadOnlySpan<byte> rest = reader.Rest;
        int start = reader.Position;
        for (int i = 0; i < fields; i++)
        {
            if (!reader.TryReadString(out _)) return false;
        }

        ReadOnlySpan<byte> octets = rest[..(reader.Position - start)];
        byte[] plain = new byte[SshWriter.TextLength(type) + octets.Length];
        SshWriter writer = new(plain);
        writer.WriteText(type);
        writer.WriteBytes(octets);
        return TryDecode(plain, out key, out why);
    }

    private static bool IsCertificate(ReadOnlySpan<byte> blob)
    {
        SshReader reader = new(blob);
        return reader.TryReadText(out string type) && type.EndsWith(Suffix, StringComparison.Ordinal);
    }

    private static bool TryReadNames(ReadOnlySpan<byte> octets, out string[] names)
    {
        List<string> read = [];
        names = [];
        SshReader reader = new(octets);
        while (reader.Remaining > 0)
        {
            if (read.Count == GreatestCount || !reader.TryReadString(out ReadOnlySpan<byte> name) || name.Contains((byte)0)) return false;
            read.Add(Encoding.UTF8.GetString(name));
        }

        names = [.. read];
        return true;
    }

    // A name that stands twice could mean either: refused.
    private static bool TryReadOptions(ReadOnlySpan<byte> octets, out Dictionary<string, string?> options)
    {
        options = [];
        SshReader reader = new(octets);
        while (reader.Remaining > 0)
        {
            if (options.Count == GreatestCount || !reader.TryReadString(out ReadOnlySpan<byte> name) || !reader.TryReadString(out ReadOnlySpan<byte> data) || name.Contains((byte)0)) return false;
            string? value = null;
            if (!data.IsEmpty)
            {
                SshReader inner = new(data);
                if (!inner.TryReadString(out ReadOnlySpan<byte> text) || inner.Remaining != 0 || text.Contains((byte)0)) return false;
                value = Encoding.UTF8.GetString(text);
            }

            if (!options.TryAdd(Encoding.UTF8.GetString(name), value)) return false;
        }

        return true;
    }

    // Seconds since 1970: 0 is the beginning of time, and what no calendar holds its end.
    private static DateTimeOffset TimeOf(ulong seconds) =>
        seconds == 0 ? DateTimeOffset.MinValue : seconds > 253402300799 ? DateTimeOffset.MaxValue : DateTimeOffset.FromUnixTimeSeconds((long)seconds);
}
