using System.Text;

namespace Adit.Wire.Http;

/// <summary>
/// A request's head (RFC 9112 §3): <c>method SP request-target SP HTTP/1.x CRLF</c>, fields, an empty line. The reader is strict: whatever two
/// implementations might read differently is refused (bare LF, folded lines, white space before a colon, control characters, several Host fields).
/// </summary>
/// <param name="Method">A token; its case counts.</param>
/// <param name="Target">As it was written: origin-form, absolute-form, authority-form or <c>*</c>. Visible US-ASCII.</param>
/// <param name="MinorVersion">0 or 1 of HTTP/1.x.</param>
/// <param name="Fields">The fields.</param>
public readonly record struct HttpRequestHead(string Method, string Target, int MinorVersion, HttpFields Fields) : IWireValue<HttpRequestHead>
{
    /// <inheritdoc/>
    public int EncodedLength => Method.Length + 1 + Target.Length + " HTTP/1.x\r\n".Length + HttpHeadWriter.LengthOf(Fields);

    /// <summary>Whether the client is ready to send a further request on the connection (RFC 9112 §9.3).</summary>
    public bool KeepsConnection => MinorVersion >= 1 ? !Fields.HasElement("Connection", "close") : Fields.HasElement("Connection", "keep-alive");

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out HttpRequestHead value, out int consumed) =>
        TryDecode(source, HttpLimits.Default, out value, out consumed, out _);

    /// <summary>Reads a head from the start of what has arrived; never throws on input.</summary>
    /// <param name="source">What has arrived, from the head's first octet on.</param>
    /// <param name="limits">What a head may take.</param>
    /// <param name="value">The head, when the status is <see cref="DecodeStatus.Ok"/>.</param>
    /// <param name="consumed">Octets of the head; what follows is body, or payload, or the next head.</param>
    /// <param name="fault">Why the status is another, <i>what: expected, got</i>, without anything of the input.</param>
    /// <returns>
    /// <see cref="DecodeStatus.Truncated"/> while more octets may complete it; <see cref="DecodeStatus.BadLength"/> beyond a limit (431 or 414);
    /// <see cref="DecodeStatus.BadValue"/> for what is malformed (400); <see cref="DecodeStatus.Unsupported"/> for another version than 1.0 or 1.1 (505).
    /// </returns>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, HttpLimits limits, out HttpRequestHead value, out int consumed, out string fault)
    {
        value = new HttpRequestHead("", "", 1, new HttpFields());
        consumed = 0;
        var reader = new HttpHeadReader(source, limits);
        List<HttpField> fields = [];
        string method = "", target = "";
        int minor = 1;
        fault = "";
        ReadOnlySpan<byte> line = default;
        DecodeStatus status = reader.SkipEmptyLine();
        if (status == DecodeStatus.Ok) status = reader.ReadStartLine(out line);
        if (status == DecodeStatus.Ok) status = ReadRequestLine(line, out method, out target, out minor, out fault);
        if (status == DecodeStatus.Ok) status = reader.ReadFields(out fields);
        if (status != DecodeStatus.Ok)
        {
            if (fault.Length == 0) fault = reader.Fault;
            return status;
        }

        value = new HttpRequestHead(method, target, minor, new HttpFields(fields));
        if (value.Fields.CountOf("Host") > 1) // RFC 9112 §3.2
        {
            fault = "Host: expected one field, got several";
            return DecodeStatus.BadValue;
        }

        consumed = reader.Position;
        return DecodeStatus.Ok;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        if (!HttpSyntax.IsToken(Method)) throw new ArgumentException("http: method: expected a token");
        if (!HttpSyntax.IsTarget(Target)) throw new ArgumentException("http: request target: expected visible US-ASCII");
        int at = HttpHeadWriter.Write(destination, Method);
        at += HttpHeadWriter.Put(destination[at..], " "u8);
        at += HttpHeadWriter.Write(destination[at..], Target);
        at += HttpHeadWriter.Put(destination[at..], MinorVersion == 0 ? " HTTP/1.0\r\n"u8 : " HTTP/1.1\r\n"u8);
        return at + HttpHeadWriter.Write(destination[at..], Fields);
    }

    private static DecodeStatus ReadRequestLine(ReadOnlySpan<byte> line, out string method, out string target, out int minor, out string fault)
    {
        (method, target, minor, fault) = ("", "", 1, "");
        int first = line.IndexOf((byte)' ');
        int last = line.LastIndexOf((byte)' ');
        if (first <= 0 || last == first || !HttpSyntax.IsToken(line[..first]) || !HttpSyntax.IsTarget(line[(first + 1)..last]))
        {
            fault = "request line: expected METHOD TARGET HTTP/1.1 with single spaces";
            return DecodeStatus.BadValue;
        }

        DecodeStatus status = HttpVersion.Read(line[(last + 1)..], out minor);
        if (status != DecodeStatus.Ok)
        {
            fault = "version: expected HTTP/1.0 or HTTP/1.1";
            return status;
        }

        method = line[..first] is [(byte)'G', (byte)'E', (byte)'T'] ? "GET" : line[..first].SequenceEqual("CONNECT"u8) ? "CONNECT" : Encoding.ASCII.GetString(line[..first]);
        target = Encoding.ASCII.GetString(line[(first + 1)..last]);
        return DecodeStatus.Ok;
    }
}
