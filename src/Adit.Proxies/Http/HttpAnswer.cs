using System.Globalization;
using System.Text;
using Adit.Core;
using Adit.Wire;
using Adit.Wire.Http;

namespace Adit.Proxies.Http;

/// <summary>An answer of the proxy itself: a status, fields, and a line of text that says why.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Reason">The reason phrase.</param>
/// <param name="Text">One line for a person.</param>
internal sealed record HttpAnswer(int Status, string Reason, string Text)
{
    /// <summary>Fields beyond those that every answer has.</summary>
    public IReadOnlyList<HttpField> Fields { get; init; } = [];

    public static HttpAnswer BadRequest(string why) => new(400, "Bad Request", why);

    /// <summary>RFC 9110 §15.5.8.</summary>
    public static HttpAnswer AuthenticationRequired { get; } = new(407, "Proxy Authentication Required", "a user name and a password are required")
    {
        Fields = [new("Proxy-Authenticate", "Basic realm=\"adit\", charset=\"UTF-8\"")],
    };

    /// <summary>RFC 2817 §4.2, RFC 9110 §15.5.22.</summary>
    public static HttpAnswer UpgradeRequired { get; } = new(426, "Upgrade Required", "this proxy is used inside TLS only: send Upgrade: TLS/1.2 first")
    {
        Fields = [new("Upgrade", "TLS/1.3, TLS/1.2, TLS/1.0, HTTP/1.1")],
    };

    /// <summary>The answer to a head that was not read.</summary>
    public static HttpAnswer Of(DecodeStatus status, string fault) => status switch
    {
        DecodeStatus.BadLength => new HttpAnswer(431, "Request Header Fields Too Large", fault),
        DecodeStatus.Unsupported => new HttpAnswer(505, "HTTP Version Not Supported", fault),
        _ => BadRequest(fault),
    };

    /// <summary>The answer where the destination was not reached; Proxy-Status says why in the words of RFC 9209 §2.3.</summary>
    public static HttpAnswer Of(TunnelException failure)
    {
        (int status, string reason, string word) = failure.Error switch
        {
            TunnelError.PermissionDenied => (403, "Forbidden", "http_request_denied"),
            TunnelError.NameNotResolved or TunnelError.NameNotResolvedAtPeer => (502, "Bad Gateway", "dns_error"),
            TunnelError.ConnectionRefused => (502, "Bad Gateway", "connection_refused"),
            TunnelError.Unreachable => (502, "Bad Gateway", "destination_ip_unroutable"),
            TunnelError.TimedOut => (504, "Gateway Timeout", "connection_timeout"),
            TunnelError.Reset or TunnelError.ConnectionLost => (502, "Bad Gateway", "connection_terminated"),
            TunnelError.ResourceShortage => (503, "Service Unavailable", "proxy_internal_error"),
            TunnelError.ProtocolViolation => (502, "Bad Gateway", "http_protocol_error"),
            _ => (502, "Bad Gateway", "destination_unavailable"),
        };
        return new HttpAnswer(status, reason, failure.Message) { Fields = [new("Proxy-Status", $"adit; error={word}")] };
    }

    /// <summary>The octets.</summary>
    /// <param name="keep">Whether a further request may follow.</param>
    /// <param name="minorVersion">The client's.</param>
    /// <param name="withBody">Whether the text is sent too: not to HEAD.</param>
    public byte[] ToOctets(bool keep, int minorVersion, bool withBody = true)
    {
        byte[] body = Encoding.UTF8.GetBytes($"{Text}\n");
        var fields = new HttpFields([.. Fields, new("Content-Type", "text/plain; charset=utf-8"), new("Content-Length", body.Length.ToString(CultureInfo.InvariantCulture))]);
        bool upgrade = fields.Find("Upgrade") is not null;
        if (!keep) fields.Add("Connection", upgrade ? "Upgrade, close" : "close");
        else if (upgrade) fields.Add("Connection", "Upgrade");
        else if (minorVersion == 0) fields.Add("Connection", "keep-alive");
        byte[] head = new HttpResponseHead(Status, Reason, fields).ToArray();
        return withBody ? [.. head, .. body] : head;
    }
}
