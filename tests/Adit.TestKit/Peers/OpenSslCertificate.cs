namespace Adit.TestKit.Peers;

/// <summary>A certificate for localhost, 127.0.0.1 and ::1 that openssl(1) made and signed with its own key.</summary>
/// <param name="CertificateFile">PEM.</param>
/// <param name="KeyFile">PEM.</param>
/// <param name="BothFile">Certificate and key in one PEM file, as haproxy has them.</param>
/// <param name="Pin">sha256: and base64url of the digest of its SubjectPublicKeyInfo, by openssl.</param>
public sealed record OpenSslCertificate(string CertificateFile, string KeyFile, string BothFile, string Pin)
{
    public static async Task<OpenSslCertificate> MakeAsync(PeerFolder folder, string name = "localhost")
    {
        (string certificate, string key) = (folder[$"{name}.crt"], folder[$"{name}.key"]);
        (await ProcessRunner.RunAsync(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", $"/CN={name}",
            "-addext", $"subjectAltName=DNS:{name},IP:127.0.0.1,IP:::1", "-keyout", key, "-out", certificate)).Succeeded();
        string digest = (await ProcessRunner.RunAsync(
            "sh", "-c", "openssl x509 -in \"$1\" -noout -pubkey | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | openssl base64", "sh", certificate)).Succeeded().Text.Trim();
        string both = folder.Write($"{name}.pem", await File.ReadAllTextAsync(certificate) + await File.ReadAllTextAsync(key));
        return new OpenSslCertificate(certificate, key, both, $"sha256:{digest.TrimEnd('=').Replace('+', '-').Replace('/', '_')}");
    }
}
