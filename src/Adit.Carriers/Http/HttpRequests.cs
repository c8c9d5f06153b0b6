using System.Globalization;
using System.Security.Cryptography;
using Adit.Wire.Http;
using Adit.Wire.WebSocket;

namespace Adit.Carriers.Http;

/// <summary>The heads of the requests that carry: docs/HTTP-CARRIERS.md.</summary>
internal sealed class HttpRequests(HttpCarrierOptions options)
{
    private const string Octets = "application/octet-stream";

    private readonly string _authority = Authority(options);

    /// <summary>An id of 128 bits in hexadecimal, which makes the path unique and joins the halves of a pair.</summary>
    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>The opening handshake of WebSocket (RFC 6455 §4.1).</summary>
    public HttpRequestHead WebSocket(string key) => new("GET", options.Path.Length == 0 ? "/" : options.Path, 1, new HttpFields(
    [
        new("Host", _authority), new("Upgrade", "websocket"), new("Connection", "Upgrade"), new("Sec-WebSocket-Key", key), new("Sec-WebSocket-Version", WebSocketHandshake.Version),
    ]));

    /// <summary>A request whose body goes on.</summary>
    public HttpRequestHead Post(string id, string part, HttpUpstreamProxy? proxy) =>
        new("POST", Target(id, part, proxy), 1, Fields(proxy, new("Content-Type", Octets), new("Transfer-Encoding", "chunked")));

    /// <summary>A request whose response goes on.</summary>
    public HttpRequestHead Get(string id, string part, HttpUpstreamProxy? proxy) => new("GET", Target(id, part, proxy), 1, Fields(proxy, new HttpField("Accept", Octets)));

    /// <summary>A request that is whole: a batch of datagrams.</summary>
    public HttpRequestHead Poll(string id, long number, int length, HttpUpstreamProxy? proxy) => new(
        "POST",
        Target(id, string.Create(CultureInfo.InvariantCulture, $"/poll/{number}"), proxy),
        1,
        Fields(proxy, new("Content-Type", Octets), new("Content-Length", length.ToString(CultureInfo.InvariantCulture))));

    /// <summary>The host and, where it is not the scheme's, the port.</summary>
    public static string Authority(HttpCarrierOptions options)
    {
        string host = options.Host.Contains(':', StringComparison.Ordinal) ? $"[{options.Host}]" : options.Host;
        return options.Port == (options.Tls is null ? 80 : 443) ? host : $"{host}:{options.Port}";
    }

    private string Target(string id, string part, HttpUpstreamProxy? proxy) => (proxy is null ? "" : "http://" + _authority) + $"{options.Path}/{id}{part}";

    private HttpFields Fields(HttpUpstreamProxy? proxy, params ReadOnlySpan<HttpField> own)
    {
        // No cache may keep or change any of it.
        List<HttpField> fields = [new("Host", _authority), new("Cache-Control", "no-store, no-transform"), .. own];
        if (proxy?.Authorization is { } authorization) fields.Add(new HttpField("Proxy-Authorization", authorization));
        return new HttpFields(fields);
    }
}
