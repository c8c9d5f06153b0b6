using System.Globalization;
using System.Net;
using Adit.Carriers.Dns;
using Adit.Core;
using Adit.Core.Hops;
using Adit.Core.Streams;

namespace Adit.Gateway.Hops;

/// <summary>From one resolver in a hop's query to how it is asked: <c>ADDRESS[:PORT]</c> in clear, <c>tls://HOST[:PORT]</c> (RFC 7858), <c>https://HOST[:PORT][/PATH]</c> (RFC 8484).</summary>
internal static class DnsResolverText
{
    private const string Tls = "tls://", Https = "https://";

    /// <summary>Keys of the query that say what is expected of certificates.</summary>
    public static readonly string[] TlsKeys = ["pin", "ca", "sni", "insecure"];

    /// <summary>Reads one.</summary>
    /// <param name="hop">The hop, whose port is that of resolvers in clear.</param>
    /// <param name="text">The resolver.</param>
    /// <exception cref="TunnelException">It is wrong, or what the hop says of certificates is.</exception>
    public static DnsResolver Read(HopUri hop, string text)
    {
        if (text.StartsWith(Tls, StringComparison.OrdinalIgnoreCase)) return Encrypted(hop, text, text[Tls.Length..], DnsResolver.TlsPort, null);
        if (text.StartsWith(Https, StringComparison.OrdinalIgnoreCase))
        {
            string rest = text[Https.Length..];
            int slash = rest.IndexOf('/', StringComparison.Ordinal);
            string path = slash < 0 || slash == rest.Length - 1 ? DnsResolver.UsualPath : rest[slash..];
            if (path.Any(c => c is <= ' ' or > '~' or '#' or '{')) throw Wrong(hop, text);
            return Encrypted(hop, text, slash < 0 ? rest : rest[..slash], DnsResolver.HttpsPort, path);
        }

        if (!IPEndPoint.TryParse(text, out IPEndPoint? at)) throw Wrong(hop, text);
        return at.Port == 0 ? new IPEndPoint(at.Address, hop.Port) : at;
    }

    private static DnsResolver Encrypted(HopUri hop, string text, string place, int port, string? path)
    {
        string host = place;
        if (IPEndPoint.TryParse(place, out IPEndPoint? at) && (place.StartsWith('[') || place.Count(c => c == ':') <= 1))
        {
            host = at.Address.ToString();
            if (at.Port != 0) port = at.Port;
        }
        else
        {
            int colon = place.IndexOf(':', StringComparison.Ordinal);
            if (colon >= 0)
            {
                host = place[..colon];
                if (!int.TryParse(place.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is 0 or > ushort.MaxValue) throw Wrong(hop, text);
            }

            if (host.Length is 0 or > 253 || host[0] == '-' || host.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_'))) throw Wrong(hop, text);
        }

        TlsClientOptions tls = HopTls.Of(hop, hasCarrierKey: true);
        return new DnsResolver { Host = host, Port = port, Path = path, Tls = hop.Query.ContainsKey("sni") ? tls : tls with { ServerName = host } };
    }

    private static TunnelException Wrong(HopUri hop, string text) => DnsHop.Wrong(hop, "resolver", "ADDRESS[:PORT], tls://HOST[:PORT] or https://HOST[:PORT]/PATH", text);
}
