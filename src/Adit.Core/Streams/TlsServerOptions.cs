using System.Net.Security;
using Adit.Core.Certificates;

namespace Adit.Core.Streams;

/// <summary>How a <see cref="TlsLayer"/> meets its clients.</summary>
public sealed record TlsServerOptions
{
    /// <summary>What the server shows. Not disposed.</summary>
    public required KeyedCertificate Certificate { get; init; }

    /// <summary>Protocols spoken (ALPN, RFC 7301), the best first. Default none: what a client offers is not answered.</summary>
    public IReadOnlyList<SslApplicationProtocol> ApplicationProtocols { get; init; } = [];
}
