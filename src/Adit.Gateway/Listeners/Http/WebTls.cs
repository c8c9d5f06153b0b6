using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Adit.Gateway.Listeners.Http;

/// <summary>TLS of the web server: 1.2 and 1.3, HTTP/2 and HTTP/1.1 by ALPN.</summary>
internal static class WebTls
{
    public static void Use(ListenOptions listen, X509Certificate2 certificate) => listen.UseHttps(new HttpsConnectionAdapterOptions
    {
        ServerCertificate = certificate,
        HandshakeTimeout = TimeSpan.FromSeconds(10), // ours: as long as a head may take
    });
}
