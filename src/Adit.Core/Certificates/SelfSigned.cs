using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Adit.Core.Certificates;

/// <summary>Makes certificates that sign themselves: nobody vouches for them, their <see cref="Pin"/> is what a peer trusts.</summary>
public static class SelfSigned
{
    // Ours: a pin names the key for as long as the file is kept; dates say nothing to who trusts a pin. 2049 is the last year of UTCTime (RFC 5280 §4.1.2.5).
    private static readonly DateTimeOffset NotAfter = new(2049, 12, 31, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Makes a certificate over a new P-256 key.</summary>
    /// <param name="names">Host names and addresses it stands for, the first also as its common name; at least one.</param>
    /// <param name="time">Null for the system's.</param>
    public static KeyedCertificate Create(IReadOnlyList<string> names, TimeProvider? time = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = Create(names, key, time);
        // A copy that does not share the key object that ends here.
        return new KeyedCertificate(X509Certificate2.CreateFromPem(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem()));
    }

    /// <summary>The certificate in a PEM file; made and written (mode 0600, certificate and key) where there is no file yet, so that its pin stays.</summary>
    /// <param name="file">The file; its folder exists.</param>
    /// <param name="names">What a new certificate stands for.</param>
    /// <param name="time">Null for the system's.</param>
    /// <exception cref="TunnelException"><see cref="TunnelError.BadConfiguration"/>: the file cannot be used or written.</exception>
    public static KeyedCertificate LoadOrCreate(string file, IReadOnlyList<string> names, TimeProvider? time = null)
    {
        if (File.Exists(file)) return KeyedCertificate.Load(file);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = Create(names, key, time);
        string beside = $"{file}.{Environment.ProcessId}.new";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
            using (var writer = new StreamWriter(beside, options))
            {
                writer.WriteLine(certificate.ExportCertificatePem());
                writer.WriteLine(key.ExportPkcs8PrivateKeyPem());
            }

            // Whole or not at all; of two that start at once the first wins.
            if (File.Exists(file)) File.Delete(beside);
            else File.Move(beside, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!File.Exists(file)) throw new TunnelException(TunnelError.BadConfiguration, $"certificate: {file}: expected to write it, got {e.Message}", null, e);
        }

        return KeyedCertificate.Load(file);
    }

    private static X509Certificate2 Create(IReadOnlyList<string> names, ECDsa key, TimeProvider? time)
    {
        ArgumentNullException.ThrowIfNull(names);
        if (names.Count == 0) throw new ArgumentException("certificate: expected a name, got none", nameof(names));
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(names[0].Length <= 64 ? names[0] : names[0][..64]); // ub-common-name (RFC 5280 appendix A.1)
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (string name in names)
        {
            if (IPAddress.TryParse(name, out IPAddress? address)) alternatives.AddIpAddress(address);
            else alternatives.AddDnsName(name);
        }

        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false)); // id-kp-serverAuth
        return request.CreateSelfSigned((time ?? TimeProvider.System).GetUtcNow().AddDays(-1), NotAfter);
    }
}
