using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Keys;

/// <summary>
/// A public key that verifies signatures. Two keys are equal when their blobs are: only the canonical encoding is accepted.
/// </summary>
/// <remarks>
/// Theory of operation of this folder. A <i>public key</i> is a blob that a peer or a file gives; it decodes completely or not at all, and then
/// can always be verified with. A <i>signer</i> is a private key in memory or one in an agent; what signs need not know which. A private key is an
/// <c>SshSecret</c> (the algorithm) with a comment; key files are containers around its fields: openssh-key-v1 is read and written here, every
/// other PEM form goes through libcrypto to PKCS#8. <i>known_hosts</i> and <i>authorized_keys</i> are read whole into immutable entries with their
/// file and line; they answer questions, and who asks decides.
/// </remarks>
public abstract class SshPublicKey : IEquatable<SshPublicKey>
{
    // Ours: an RSA key of 16384 bits takes about 2 KiB; a certificate for 256 principals some 20 KiB, and a packet holds 32.
    private const int GreatestBlob = 32 * 1024;

    private readonly byte[] _blob;
    private string? _fingerprint;

    private protected SshPublicKey(byte[] blob) => _blob = blob;

    /// <summary>The key type, e.g. "ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256".</summary>
    public abstract string KeyType { get; }

    /// <summary>The length of the key in bits, as ssh-keygen -l shows it.</summary>
    public abstract int Bits { get; }

    /// <summary>The key as SSH carries it (RFC 4253 §6.6): string key type, then the type's own fields.</summary>
    public ReadOnlyMemory<byte> Blob => _blob;

    /// <summary>The algorithms with which this key signs, preferred first; never ssh-rsa, which is SHA-1.</summary>
    public abstract IReadOnlyList<string> SignatureAlgorithms { get; }

    /// <summary>The fingerprint as OpenSSH writes it: "SHA256:" and base64 without padding. A certificate has that of the key that it is for.</summary>
    public string Fingerprint => _fingerprint ??= "SHA256:" + Convert.ToBase64String(SHA256.HashData(PlainBlob)).TrimEnd('=');

    /// <summary>The fingerprint by a hash that FingerprintHash names.</summary>
    /// <param name="hash"><c>MD5</c>: "MD5:" and hexadecimal octets with colons between; else <see cref="Fingerprint"/>.</param>
    public string FingerprintBy(string hash) => hash == "MD5" ? "MD5:" + Convert.ToHexStringLower(Digest(hash)).Chunk(2).Aggregate("", (all, octet) => $"{all}{(all.Length > 0 ? ":" : "")}{octet[0]}{octet[1]}") : Fingerprint;

    /// <summary>What a fingerprint shows, 32 octets of SHA-256 or 16 of MD5.</summary>
#pragma warning disable CA5351 // A name for people to compare, where they ask for the old form; no protection.
    internal byte[] Digest(string hash) => hash == "MD5" ? MD5.HashData(PlainBlob) : SHA256.HashData(PlainBlob);
#pragma warning restore CA5351

    /// <summary>What the fingerprint is over.</summary>
    private protected virtual ReadOnlySpan<byte> PlainBlob => _blob;

    /// <summary>Decodes a key blob (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4; OpenSSH PROTOCOL.u2f, PROTOCOL.certkeys).</summary>
    /// <param name="blob">The whole blob.</param>
    /// <param name="key">The key.</param>
    /// <param name="why">Why it was refused, in a few words for a message; null when it was not.</param>
    /// <returns>False when the blob is malformed, not canonical, of an unknown type, weak, or not a point of its curve.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> blob, [NotNullWhen(true)] out SshPublicKey? key, [NotNullWhen(false)] out string? why)
    {
        key = null;
        SshReader reader = new(blob);
        if (blob.Length > GreatestBlob)
        {
            why = $"expected a key of at most {GreatestBlob} octets, got {blob.Length}";
            return false;
        }

        if (!reader.TryReadString(out ReadOnlySpan<byte> type))
        {
            why = "expected a key type, got a blob cut short";
            return false;
        }

        string name = Printable(type);
        key = name switch
        {
            Ed25519PublicKey.Name => Ed25519PublicKey.Decode(ref reader, blob, out why),
            RsaPublicKey.Name => RsaPublicKey.Decode(ref reader, blob, out why),
            SecurityKeyPublicKey.Ed25519Name or SecurityKeyPublicKey.EcdsaName => SecurityKeyPublicKey.Decode(name, ref reader, out why),
            _ when EcdsaCurve.OfKeyType(name) is { } curve => EcdsaPublicKey.Decode(curve, ref reader, blob, out why),
            _ when IsCertificateType(name) => SshCertificate.Decode(name, ref reader, blob, out why),
            _ => Unknown(name, out why),
        };
        if (key is not null && !key.Blob.Span.SequenceEqual(blob))
        {
            key = null;
            why = $"expected {name} in its canonical encoding, got superfluous octets";
        }

        if (key is not null) why = null;
        else why ??= $"expected a well-formed {name} key, got a blob cut short";
        return key is not null;
    }

    /// <summary>Parses a line "type base64 [comment]", as in a .pub file.</summary>
    /// <param name="line">The line, without options before it.</param>
    /// <param name="key">The key.</param>
    /// <param name="comment">What follows the key, perhaps empty.</param>
    /// <param name="why">Why it was refused; null when it was not.</param>
    public static bool TryParse(ReadOnlySpan<char> line, [NotNullWhen(true)] out SshPublicKey? key, out string comment, [NotNullWhen(false)] out string? why)
    {
        key = null;
        comment = "";
        line = line.Trim();
        int typeEnd = line.IndexOfAny(' ', '\t');
        if (typeEnd < 0)
        {
            why = "expected a key type and base64, got one word";
            return false;
        }

        ReadOnlySpan<char> type = line[..typeEnd], rest = line[typeEnd..].TrimStart();
        int end = rest.IndexOfAny(' ', '\t');
        ReadOnlySpan<char> base64 = end < 0 ? rest : rest[..end];
        byte[] blob = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length) + 3];
        if (!Convert.TryFromBase64Chars(base64, blob, out int length))
        {
            why = $"expected base64 after {type}, got something else";
            return false;
        }

        if (!TryDecode(blob.AsSpan(0, length), out key, out why)) return false;
        if (!type.SequenceEqual(key.KeyType))
        {
            why = $"expected a key of type {type}, got {key.KeyType}";
            key = null;
            return false;
        }

        comment = end < 0 ? "" : rest[end..].Trim().ToString();
        return true;
    }

    /// <summary>Verifies a signature; never throws on input.</summary>
    /// <param name="data">What was signed.</param>
    /// <param name="signature">The signature as SSH carries it: string algorithm, string signature.</param>
    /// <param name="allowedAlgorithms">The signature algorithms that were agreed or are acceptable; any other is refused.</param>
    public abstract bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, IReadOnlyCollection<string> allowedAlgorithms);

    /// <summary>Verifies a user's signature, with what the permissions demand of a security key; of other keys they demand nothing.</summary>
    internal virtual bool VerifyLogin(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, IReadOnlyCollection<string> allowedAlgorithms, KeyPermissions permissions) =>
        Verify(data, signature, allowedAlgorithms);

    /// <summary>Whether this is an RSA key, or a certificate for one, of fewer bits than are required.</summary>
    /// <param name="requiredRsaBits">The least length.</param>
    public virtual bool IsTooShort(int requiredRsaBits) => false;

    /// <summary>The key as a line of authorized_keys or of a .pub file, without the line's end.</summary>
    /// <param name="comment">Follows the key when it is not empty.</param>
    public string ToAuthorizedKeysLine(string comment = "")
    {
        ArgumentNullException.ThrowIfNull(comment);
        string line = $"{KeyType} {Convert.ToBase64String(_blob)}";
        return comment.Length == 0 ? line : $"{line} {comment}";
    }

    /// <summary>Writes the key as a .pub file of mode 0644 that appears whole or not at all.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="comment">Follows the key when it is not empty.</param>
    /// <param name="overwrite">Whether a file that exists may be replaced.</param>
    /// <exception cref="Core.TunnelException">The file exists, or cannot be written.</exception>
    public void Save(string path, string comment = "", bool overwrite = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        KeyFileWriter.Write(path, ToAuthorizedKeysLine(comment) + "\n", Mode, overwrite);
    }

    /// <inheritdoc/>
    public bool Equals(SshPublicKey? other) => other is not null && _blob.AsSpan().SequenceEqual(other._blob);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SshPublicKey);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(_blob);
        return hash.ToHashCode();
    }

    /// <summary>Key type and fingerprint.</summary>
    public override string ToString() => $"{KeyType} {Fingerprint}";

    private static bool IsCertificateType(string name) =>
        name.EndsWith(SshCertificate.Suffix, StringComparison.Ordinal) && SshCertificate.PlainNameOf(name) is var plain
        && (plain is Ed25519PublicKey.Name or RsaPublicKey.Name or SecurityKeyPublicKey.Ed25519Name or SecurityKeyPublicKey.EcdsaName || EcdsaCurve.OfKeyType(plain) is not null);

    private static SshPublicKey? Unknown(string name, out string? why)
    {
        why = $"expected a key type that is supported, got {(name.Length == 0 ? "none" : name)}";
        return null;
    }

    // A peer's octets may end up in a message: at most 64 of them, printable.
    private static string Printable(ReadOnlySpan<byte> octets)
    {
        StringBuilder text = new();
        foreach (byte octet in octets[..Math.Min(64, octets.Length)]) text.Append(octet is > 0x20 and < 0x7f ? (char)octet : '?');
        return text.ToString();
    }
}
