using System.Globalization;
using System.Net;
using Adit.Core;
using Adit.Core.Streams;

namespace Adit.Carriers.Dns;

/// <summary>A resolver, and how it is asked. Immutable.</summary>
public sealed record DnsResolver
{
    /// <summary>The port of DNS over TLS (RFC 7858 §3.1).</summary>
    public const int TlsPort = 853;

    /// <summary>The port of DNS over HTTPS (RFC 8484).</summary>
    public const int HttpsPort = 443;

    /// <summary>The path of most servers of DNS over HTTPS.</summary>
    public const string UsualPath = "/dns-query";

    /// <summary>Its address or, for TLS and HTTPS, its name, which the system's own resolver must know.</summary>
    public required string Host { get; init; }

    /// <summary>Its port.</summary>
    public required int Port { get; init; }

    /// <summary>What is expected of its certificate; null, the default, for queries in clear, by UDP and TCP.</summary>
    public TlsClientOptions? Tls { get; init; }

    /// <summary>The path of DNS over HTTPS, beginning with a slash; null, the default, where queries are not requests.</summary>
    public string? Path { get; init; }

    /// <summary>Its address; null for a name.</summary>
    public IPAddress? Address => IPAddress.TryParse(Host, out IPAddress? address) ? address : null;

    /// <summary>A resolver that is asked in clear.</summary>
    /// <param name="place">Its address and port.</param>
    public static implicit operator DnsResolver(IPEndPoint place) => FromIPEndPoint(place);

    /// <summary>A resolver that is asked in clear.</summary>
    /// <param name="place">Its address and port.</param>
    public static DnsResolver FromIPEndPoint(IPEndPoint place)
    {
        ArgumentNullException.ThrowIfNull(place);
        return new DnsResolver { Host = place.Address.ToString(), Port = place.Port };
    }

    /// <summary>As it stands in a hop: <c>ADDRESS:PORT</c>, <c>tls://HOST:PORT</c> or <c>https://HOST:PORT/PATH</c>.</summary>
    public override string ToString()
    {
        string host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        string scheme = Tls is null ? "" : Path is null ? "tls://" : "https://";
        return string.Create(CultureInfo.InvariantCulture, $"{scheme}{host}:{Port}{Path}");
    }

    internal void Validate()
    {
        if (Tls is null && (Address is null || Path is not null)) throw new TunnelException(TunnelError.BadConfiguration, $"dns: resolver: expected an address, got {this}");
        if (Path is not null && !Path.StartsWith('/')) throw new TunnelException(TunnelError.BadConfiguration, $"dns: resolver: expected a path that begins with a slash, got {Path}");
    }
}
