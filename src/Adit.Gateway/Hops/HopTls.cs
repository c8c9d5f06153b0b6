using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Adit.Core;
using Adit.Core.Certificates;
using Adit.Core.Hops;
using Adit.Core.Streams;
using Adit.Gateway.State;

namespace Adit.Gateway.Hops;

/// <summary>
/// From a hop's query to what is expected of a TLS server: <c>sni=NAME</c> in place of the host, <c>pin=sha256:…</c> (several with commas), <c>ca=FILE</c> in place of the
/// system's authorities, <c>insecure</c>; and <c>cert=FILE</c> with <c>key=FILE</c> for what is shown to it.
/// </summary>
internal static class HopTls
{
    /// <summary>Reads a hop.</summary>
    /// <param name="hop">The hop.</param>
    /// <param name="hasCarrierKey">Whether <c>key=</c> is a carrier key there, so that the key of <c>cert=</c> stands in the same file.</param>
    /// <exception cref="TunnelException"><see cref="TunnelError.BadConfiguration"/>: something in its query is wrong, or a file cannot be used.</exception>
    public static TlsClientOptions Of(HopUri hop, bool hasCarrierKey = false)
    {
        ArgumentNullException.ThrowIfNull(hop);
        string? pins = hop.Query.GetValueOrDefault("pin");
        string? authorities = hop.Query.GetValueOrDefault("ca");
        bool isInsecure = hop.Query.TryGetValue("insecure", out string? insecure);
        if (isInsecure && insecure is not ("" or "yes" or "1")) throw Wrong(hop, $"insecure: expected no value, got \"{insecure}\"");
        if (isInsecure && (pins ?? authorities) is not null) throw Wrong(hop, "insecure: expected it alone, got pin or ca too");
        string? certificate = hop.Query.GetValueOrDefault("cert");
        string? key = hasCarrierKey ? null : hop.Query.GetValueOrDefault("key");
        if (key is not null && certificate is null) throw Wrong(hop, "key: expected cert with it");
        return new TlsClientOptions
        {
            ServerName = hop.Query.GetValueOrDefault("sni") is { Length: > 0 } name ? name : hop.Host,
            Pins = pins is null ? [] : [.. pins.Split(',').Select(p => Pin.TryParse(p, out Pin? pin) ? pin : throw Wrong(hop, "pin: expected sha256: and 43 characters of base64url"))],
            Authorities = authorities is null ? null : ReadAuthorities(hop, HomePath.Expand(authorities)),
            DangerousAcceptAnyCertificate = isInsecure,
            Certificate = certificate is null ? null : KeyedCertificate.Load(HomePath.Expand(certificate), key is null ? null : HomePath.Expand(key)),
        };
    }

    private static X509Certificate2Collection ReadAuthorities(HopUri hop, string file)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw Wrong(hop, $"ca: {file}: expected PEM certificates, got {e.Message}", e);
        }

        return authorities.Count > 0 ? authorities : throw Wrong(hop, $"ca: {file}: expected PEM certificates, got none");
    }

    private static TunnelException Wrong(HopUri hop, string what, Exception? cause = null) => new(TunnelError.BadConfiguration, $"{hop}: {what}", hop.ToString(), cause);
}
