using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Adit.Core.Certificates;

/// <summary>
/// The SHA-256 of a certificate's SubjectPublicKeyInfo (RFC 7469 §2.4), written <c>sha256:BASE64URL</c>: names a key, whoever signed its certificate. It survives
/// a new certificate over the same key.
/// </summary>
public sealed record Pin
{
    private const string Prefix = "sha256:";

    private readonly string _text;

    private Pin(ReadOnlySpan<byte> digest) => _text = Prefix + Convert.ToBase64String(digest).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    /// <summary>The pin of a certificate's key.</summary>
    public static Pin Of(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return new Pin(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
    }

    /// <summary>Reads a pin; the alphabets of base64url and base64 are taken, with padding or without.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static Pin Parse(string text) =>
        TryParse(text, out Pin? pin) ? pin : throw new FormatException("pin: expected sha256: and the 32 octets of a SHA-256 in base64url");

    /// <inheritdoc cref="Parse"/>
    public static bool TryParse(string text, [NotNullWhen(true)] out Pin? pin)
    {
        ArgumentNullException.ThrowIfNull(text);
        pin = null;
        if (!text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) return false;
        // A space is a '+' of the other alphabet that came through a form's decoding.
        string base64 = text[Prefix.Length..].TrimEnd('=').Replace('-', '+').Replace('_', '/').Replace(' ', '+');
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        if (base64.Length != 43 || !Convert.TryFromBase64String(base64 + "=", digest, out int length) || length != digest.Length) return false;
        pin = new Pin(digest);
        return true;
    }

    /// <summary>Whether a certificate carries this key.</summary>
    public bool Matches(X509Certificate2 certificate) => Of(certificate) == this;

    /// <summary><c>sha256:BASE64URL</c>, without padding.</summary>
    public override string ToString() => _text;
}
