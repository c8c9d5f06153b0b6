using System.Globalization;

namespace Adit.TestKit.Peers;

/// <summary>Settings that have a resolver take queries by TLS (RFC 7858) and HTTPS (RFC 8484) too, with one certificate.</summary>
/// <param name="Certificate">Of <see cref="Name"/>.</param>
/// <param name="Address">Where it listens.</param>
/// <param name="TlsPort">For TLS.</param>
/// <param name="HttpsPort">For HTTPS.</param>
public sealed record EncryptedDns(OpenSslCertificate Certificate, string Address, int TlsPort, int HttpsPort)
{
    /// <summary>The name in the certificate.</summary>
    public const string Name = "resolver.test";

    /// <summary>Lines for unbound's server clause.</summary>
    public string[] Unbound =>
    [
        Line($"interface: {Address}@{TlsPort}"), Line($"interface: {Address}@{HttpsPort}"), Line($"tls-port: {TlsPort}"), Line($"https-port: {HttpsPort}"),
        $"tls-service-pem: \"{Certificate.CertificateFile}\"", $"tls-service-key: \"{Certificate.KeyFile}\"",
    ];

    /// <summary>Lines for BIND's configuration.</summary>
    public string[] Bind =>
    [
        $"tls ours {{ cert-file \"{Certificate.CertificateFile}\"; key-file \"{Certificate.KeyFile}\"; }};",
        Line($"listen-on port {TlsPort} tls ours {{ {Address}; }};"), Line($"listen-on port {HttpsPort} tls ours http default {{ {Address}; }};"),
    ];

    /// <summary>Makes a certificate and, on loopback, takes free ports.</summary>
    public static async Task<EncryptedDns> MakeAsync(PeerFolder folder, string address = "127.0.0.1") => address == "127.0.0.1"
        ? new EncryptedDns(await OpenSslCertificate.MakeAsync(folder, Name), address, Ports.Free(), Ports.Free())
        : new EncryptedDns(await OpenSslCertificate.MakeAsync(folder, Name), address, 853, 443);

    /// <summary>In a hop's query: <c>resolver=</c>.</summary>
    public string ByTls => Line($"tls://{Address}:{TlsPort}");

    /// <summary>In a hop's query: <c>resolver=</c>.</summary>
    public string ByHttps => Line($"https://{Address}:{HttpsPort}/dns-query");

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
