namespace Adit.Ssh.Keys;

/// <summary>A private key together with a certificate for it: signs under the certificate's names.</summary>
public sealed class CertificateSigner : ISshSigner
{
    private readonly ISshSigner _key;

    /// <summary>Joins them.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="key">Signs; the caller owns it.</param>
    /// <exception cref="ArgumentException">The certificate is for another key.</exception>
    public CertificateSigner(SshCertificate certificate, ISshSigner key)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(key);
        if (!certificate.Certified.Equals(key.PublicKey)) throw new ArgumentException($"certificate: expected one for {key.PublicKey.Fingerprint}, got one for {certificate.Fingerprint}", nameof(certificate));
        Certificate = certificate;
        _key = key;
    }

    /// <summary>The certificate.</summary>
    public SshCertificate Certificate { get; }

    /// <inheritdoc/>
    public SshPublicKey PublicKey => Certificate;

    /// <inheritdoc/>
    public string Comment => _key.Comment;

    /// <inheritdoc/>
    public ValueTask<byte[]> SignAsync(string signatureAlgorithm, ReadOnlyMemory<byte> data, CancellationToken ct = default) =>
        _key.SignAsync(SshCertificate.PlainNameOf(signatureAlgorithm), data, ct);
}
