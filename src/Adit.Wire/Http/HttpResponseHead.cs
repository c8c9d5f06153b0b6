using System.Text;

namespace Adit.Wire.Http;

/// <summary>A response's head (RFC 9112 §4): <c>HTTP/1.x SP status-code SP [reason-phrase] CRLF</c>, fields, an empty line. Read as strictly as a request's.</summary>
/// <param name="StatusCode">100 to 999; what is not 1xx to 5xx is to be taken for 500 (RFC 9110 §15).</param>
/// <param name="Reason">The reason phrase, perhaps empty; each character is one octet.</param>
/// <param name="MinorVersion">0 or 1 of HTTP/1.x.</param>
/// <param name="Fields">The fields.</param>
public readonly record struct HttpResponseHead(int StatusCode, string Reason, int MinorVersion, HttpFields Fields) : IWireValue<HttpResponseHead>
{
    /// <summary>A response of HTTP/1.1.</summary>
    public HttpResponseHead(int statusCode, string reason, HttpFields fields)
        : this(statusCode, reason, 1, fields)
    {
    }

    /// <inheritdoc/>
    public int EncodedLength => "HTTP/1.x 200 \r\n".Length + Reason.Length + HttpHeadWriter.LengthOf(Fields);

    /// <summary>Whether a final response follows this one: 1xx, but for 101 (RFC 9110 §15.2).</summary>
    public bool IsInterim => StatusCode is >= 100 and < 200 and not 101;

    /// <summary>Whether the server takes a further request on the connection (RFC 9112 §9.3).</summary>
    public bool KeepsConnection => MinorVersion >= 1 ? !Fields.HasElement("Connection", "close") : Fields.HasElement("Connection", "keep-alive");

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out HttpResponseHead value, out int consumed) =>
        TryDecode(source, HttpLimits.Default, out value, out consumed, out _);

    /// <inheritdoc cref="HttpRequestHead.TryDecode(ReadOnlySpan{byte}, HttpLimits, out HttpRequestHead, out int, out string)"/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, HttpLimits limits, out HttpResponseHead value, out int consumed, out string fault)
    {
        value = new HttpResponseHead(200, "", 1, new HttpFields());
        consumed = 0;
        var reader = new HttpHeadReader(source, limits);
        List<HttpField> fields = [];
        fault = "";
        DecodeStatus status = reader.ReadStartLine(out ReadOnlySpan<byte> line);
        int code = 200, minor = 1;
        string reason = "";
        if (status == DecodeStatus.Ok) status = ReadStatusLine(line, out code, out reason, out minor, out fault);
        if (status == DecodeStatus.Ok) status = reader.ReadFields(out fields);
        if (status != DecodeStatus.Ok)
        {
            if (fault.Length == 0) fault = reader.Fault;
            return status;
        }

        value = new HttpResponseHead(code, reason, minor, new HttpFields(fields));
        consumed = reader.Position;
        return DecodeStatus.Ok;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        if (StatusCode is < 100 or > 999) throw new ArgumentException($"http: status: expected three digits, got {StatusCode}");
        if (!HttpSyntax.IsValue(Reason)) throw new ArgumentException("http: reason: expected no control characters");
        int at = HttpHeadWriter.Put(destination, MinorVersion == 0 ? "HTTP/1.0 "u8 : "HTTP/1.1 "u8);
        destination[at++] = (byte)('0' + (StatusCode / 100));
        destination[at++] = (byte)('0' + (StatusCode / 10 % 10));
        destination[at++] = (byte)('0' + (StatusCode % 10));
        at += HttpHeadWriter.Put(destination[at..], " "u8);
        at += HttpHeadWriter.Write(destination[at..], Reason);
        at += HttpHeadWriter.Put(destination[at..], "\r\n"u8);
        return at + HttpHeadWriter.Write(destination[at..], Fields);
    }

    private static DecodeStatus ReadStatusLine(ReadOnlySpan<byte> line, out int code, out string reason, out int minor, out string fault)
    {
        (code, reason, minor, fault) = (0, "", 1, "");
        DecodeStatus status = line.Length < 12 || line[8] != ' ' ? DecodeStatus.BadValue : HttpVersion.Read(line[..8], out minor);
        if (status == DecodeStatus.Unsupported)
        {
            fault = "version: expected HTTP/1.0 or HTTP/1.1";
            return status;
        }

        // RFC 9112 §4: the space behind the code is there even without a reason; servers that leave it out are common and harmless.
        if (status != DecodeStatus.Ok || line[9] is < (byte)'1' or > (byte)'9' || line[10..12].ContainsAnyExceptInRange((byte)'0', (byte)'9') || (line.Length > 12 && line[12] != ' '))
        {
            fault = "status line: expected HTTP/1.1 CODE REASON";
            return DecodeStatus.BadValue;
        }

        ReadOnlySpan<byte> phrase = line.Length > 13 ? line[13..].Trim(" \t"u8) : default;
        if (!HttpSyntax.IsValue(phrase))
        {
            fault = "reason: expected no control characters, got one";
            return DecodeStatus.BadValue;
        }

        code = ((line[9] - '0') * 100) + ((line[10] - '0') * 10) + (line[11] - '0');
        reason = phrase.SequenceEqual("OK"u8) ? "OK" : Encoding.Latin1.GetString(phrase);
        return DecodeStatus.Ok;
    }
}
