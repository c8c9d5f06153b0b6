using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Adit.Core.Certificates;

namespace Adit.Core.Streams;

/// <summary>How a <see cref="TlsLayer"/> meets its server. By default the server's certificate must be signed by an authority of the system and name the host.</summary>
public sealed record TlsClientOptions
{
    /// <summary>The host name or address that the certificate must name; a name is also sent (SNI, RFC 6066 §3).</summary>
    public required string ServerName { get; init; }

    /// <summary>Keys of which the server must have one. Where any is given, the key is what is trusted: neither name nor dates nor signer are judged then. Default none.</summary>
    public IReadOnlyList<Pin> Pins { get; init; } = [];

    /// <summary>The authorities to trust instead of the system's; null, the default, for the system's. Not disposed.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>Takes any certificate: whoever stands in between reads and changes everything. Default false.</summary>
    public bool DangerousAcceptAnyCertificate { get; init; }

    /// <summary>Protocols offered (ALPN, RFC 7301), the best first. Default none: the extension is not sent.</summary>
    public IReadOnlyList<SslApplicationProtocol> ApplicationProtocols { get; init; } = [];

    /// <summary>A certificate to show where the server asks for one; null, the default, for none. Not disposed.</summary>
    public KeyedCertificate? Certificate { get; init; }
}
