using System.Globalization;

namespace Adit.Wire.Http;

/// <summary>
/// How long a message's body is (RFC 9112 §6.3). Whatever two implementations might answer differently is refused: Content-Length beside
/// Transfer-Encoding (§6.1), several lengths, a length that is not digits alone, Transfer-Encoding in HTTP/1.0, codings other than <c>chunked</c>.
/// </summary>
/// <param name="Kind">How its end is told.</param>
/// <param name="Length">Octets, where <see cref="HttpBodyKind.Length"/> tells it; else 0.</param>
public readonly record struct HttpBody(HttpBodyKind Kind, long Length = 0)
{
    /// <summary>The body of a request.</summary>
    /// <param name="head">Its head.</param>
    /// <param name="body">The body.</param>
    /// <param name="fault">What is wrong, <i>what: expected, got</i>; "" if nothing is.</param>
    /// <returns>Ok; BadValue (400); or Unsupported for a coding that is not chunked (501).</returns>
    public static DecodeStatus TryOf(in HttpRequestHead head, out HttpBody body, out string fault) =>
        TryOf(head.Fields, head.MinorVersion, isRequest: true, out body, out fault);

    /// <summary>The body of a response.</summary>
    /// <param name="head">Its head.</param>
    /// <param name="method">The method of the request it answers.</param>
    /// <param name="body">The body; after 2xx to CONNECT and after 101 there is none, and payload follows.</param>
    /// <param name="fault">What is wrong, <i>what: expected, got</i>; "" if nothing is.</param>
    public static DecodeStatus TryOf(in HttpResponseHead head, string method, out HttpBody body, out string fault)
    {
        DecodeStatus status = TryOf(head.Fields, head.MinorVersion, isRequest: false, out body, out fault);
        bool none = method == "HEAD" || head.StatusCode is (>= 100 and < 200) or 204 or 304 || (method == "CONNECT" && head.StatusCode is >= 200 and < 300);
        if (none && status == DecodeStatus.Ok) body = default;
        return status;
    }

    private static DecodeStatus TryOf(HttpFields fields, int minorVersion, bool isRequest, out HttpBody body, out string fault)
    {
        body = isRequest ? default : new HttpBody(HttpBodyKind.UntilClose);
        fault = "";
        int lengths = fields.CountOf("Content-Length");
        int codings = fields.CountOf("Transfer-Encoding");
        if (lengths == 0 && codings == 0) return DecodeStatus.Ok;
        if (codings > 0)
        {
            if (lengths > 0) fault = "body: expected Content-Length or Transfer-Encoding, got both";
            else if (minorVersion == 0) fault = "Transfer-Encoding: expected none in HTTP/1.0";
            else if (codings > 1) fault = "Transfer-Encoding: expected one field, got several";
            if (fault.Length > 0) return DecodeStatus.BadValue;
            if (!fields.Find("Transfer-Encoding")!.Equals("chunked", StringComparison.OrdinalIgnoreCase))
            {
                fault = "Transfer-Encoding: expected chunked, got another coding";
                return DecodeStatus.Unsupported;
            }

            body = new HttpBody(HttpBodyKind.Chunked);
            return DecodeStatus.Ok;
        }

        if (lengths > 1)
        {
            fault = "Content-Length: expected one field, got several";
            return DecodeStatus.BadValue;
        }

        string text = fields.Find("Content-Length")!;
        if (text.Length is 0 or > 18 || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long length))
        {
            fault = "Content-Length: expected digits, got something else";
            return DecodeStatus.BadValue;
        }

        body = new HttpBody(length == 0 ? HttpBodyKind.None : HttpBodyKind.Length, length);
        return DecodeStatus.Ok;
    }
}
