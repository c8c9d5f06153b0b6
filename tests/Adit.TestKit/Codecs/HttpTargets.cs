using System.Text;
using Adit.Wire;
using Adit.Wire.Http;

namespace Adit.TestKit.Codecs;

/// <summary>HTTP/1.1 heads and bodies: vectors, and fuzz targets.</summary>
public static class HttpTargets
{
    /// <summary>Requests as clients send them.</summary>
    public static IReadOnlyList<byte[]> Requests { get; } =
    [
        Lines("GET http://example.net/a?b HTTP/1.1", "Host: example.net", "Accept: */*", "Proxy-Connection: Keep-Alive", ""),
        Lines("CONNECT [2001:db8::1]:443 HTTP/1.1", "Host: [2001:db8::1]:443", "Proxy-Authorization: Basic dTpw", ""),
        Lines("POST / HTTP/1.0", "Content-Length: 5", "Connection: keep-alive", "", "hello").AsSpan()[..^2].ToArray(),
        Lines("PUT /x HTTP/1.1", "Host: h", "Transfer-Encoding: chunked", "Expect: 100-continue", "", "5;a=b", "hello", "0", "T: v", ""),
        Lines("OPTIONS * HTTP/1.1", "Host: h", "Upgrade: TLS/1.2, TLS/1.0", "Connection: Upgrade, close", ""),
    ];

    /// <summary>Responses as servers send them.</summary>
    public static IReadOnlyList<byte[]> Responses { get; } =
    [
        Lines("HTTP/1.1 200 OK", "Content-Length: 2", "Server: x", "", "ok").AsSpan()[..^2].ToArray(),
        Lines("HTTP/1.1 407 Proxy Authentication Required", "Proxy-Authenticate: Basic realm=\"a, b\"", "Proxy-Authenticate: Digest realm=\"x\", nonce=\"y\"", ""),
        Lines("HTTP/1.0 204 ", ""),
        Lines("HTTP/1.1 100 Continue", ""),
    ];

    /// <summary>Cases for the codec kit.</summary>
    public static IReadOnlyList<CodecCase> Cases { get; } =
    [
        new CodecCase<HttpRequestHead>(
            new("CONNECT", "example.net:443", 1, new HttpFields([new("Host", "example.net:443")])), Lines("CONNECT example.net:443 HTTP/1.1", "Host: example.net:443", ""), "connect"),
        new CodecCase<HttpRequestHead>(new("GET", "/", 0, new HttpFields()), Lines("GET / HTTP/1.0", ""), "bare"),
        new CodecCase<HttpRequestHead>(
            new("GET", "http://h/", 1, new HttpFields([new("Host", "h"), new("X-Empty", ""), new("X", "a\u00e4 b")])), Encoding.Latin1.GetBytes("GET http://h/ HTTP/1.1\r\nHost: h\r\nX-Empty: \r\nX: a\u00e4 b\r\n\r\n"), "fields"),
        new CodecCase<HttpResponseHead>(new(200, "OK", new HttpFields([new("Content-Length", "0")])), Lines("HTTP/1.1 200 OK", "Content-Length: 0", ""), "ok"),
        new CodecCase<HttpResponseHead>(new(599, "", 0, new HttpFields()), Lines("HTTP/1.0 599 ", ""), "no reason"),
    ];

    /// <summary>The PROXY protocol's header.</summary>
    public static FuzzTarget ProxyHeader { get; } = new(
        "proxy-header",
        [Encoding.ASCII.GetBytes("PROXY TCP4 192.0.2.1 198.51.100.1 1 2\r\nGET"), Octets.Of("0d0a0d0a000d0a515549540a 21 11 0010 c0000201 c6336401 d431 01bb 04 0001 00"), "PROXY UNKNOWN\r\n"u8.ToArray()],
        input =>
        {
            if (Wire.ProxyProtocol.ProxyHeader.TryDecode(input, out Wire.ProxyProtocol.ProxyHeader header, out int consumed) != DecodeStatus.Ok) return;
            if (consumed > input.Length) throw new CodecFailureException($"consumed {consumed}");
            if (Wire.ProxyProtocol.ProxyHeader.TryDecode(header.ToVersion2(), out Wire.ProxyProtocol.ProxyHeader again, out _) != DecodeStatus.Ok || again != header) throw new CodecFailureException("its own encoding is another");
        });

    /// <summary>A batch of the long-polls.</summary>
    public static FuzzTarget PollBatch { get; } = new("http-poll-batch", [Octets.Of("0001 aa 0003 010203"), Octets.Of("0000"), Octets.Of("8001 00")], input =>
    {
        byte[] again = new byte[input.Length];
        int at = 0;
        while (HttpPollBatch.TryRead(input[at..], out ReadOnlySpan<byte> datagram, out int consumed) == DecodeStatus.Ok)
        {
            if (consumed != HttpPollBatch.Write(again.AsSpan(at), datagram)) throw new CodecFailureException($"consumed {consumed} of {datagram.Length}");
            at += consumed;
        }

        if (!again.AsSpan(0, at).SequenceEqual(input[..at])) throw new CodecFailureException("its own encoding is another");
    });

    /// <summary>The targets.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        ProxyHeader,
        PollBatch,
        new("http-request", Requests, input =>
        {
            Cases[0].CheckAny(input);
            if (HttpRequestHead.TryDecode(input, out HttpRequestHead head, out int consumed) != DecodeStatus.Ok) return;
            HttpAuthority.TryParse(head.Target, null, out _);
            HttpAuthority.TryParseAbsolute(head.Target, out _, out _);
            if (HttpBody.TryOf(head, out HttpBody body, out _) == DecodeStatus.Ok && body.Kind == HttpBodyKind.Chunked) ReadChunks(input[consumed..]);
        }),
        new("http-response", Responses, input =>
        {
            Cases[3].CheckAny(input);
            if (HttpResponseHead.TryDecode(input, out HttpResponseHead head, out _) == DecodeStatus.Ok) HttpBody.TryOf(head, "GET", out _, out _);
        }),
        new("http-chunked", [Encoding.ASCII.GetBytes("5;x=\"y\"\r\nhello\r\n00A\r\n0123456789\r\n0\r\nA: b\r\n\r\nrest")], input =>
        {
            string whole = ReadChunks(input);
            string pieces = ReadChunks(input, oneByOne: true);
            if (whole != pieces) throw new CodecFailureException($"whole: [{whole}], octet by octet: [{pieces}]");
        }),
    ];

    /// <summary>Takes a chunked body apart.</summary>
    /// <returns>The payload, how it ended, and what was left.</returns>
    public static string ReadChunks(ReadOnlySpan<byte> input, bool oneByOne = false)
    {
        var decoder = new HttpChunkedDecoder();
        var payload = new StringBuilder();
        int start = 0;
        int there = oneByOne ? 0 : input.Length;
        while (true)
        {
            DecodeStatus status = decoder.Next(input[start..there], out int consumed, out ReadOnlySpan<byte> piece);
            payload.Append(Encoding.Latin1.GetString(piece));
            start += consumed;
            if (decoder.IsDone) return $"{payload}; done; left {input.Length - start}";
            if (status == DecodeStatus.Ok && consumed == 0) throw new CodecFailureException("Ok, and nothing taken");
            if (status == DecodeStatus.Truncated && there == input.Length) return $"{payload}; truncated";
            if (status == DecodeStatus.Truncated) there++;
            else if (status != DecodeStatus.Ok) return $"{payload}; {decoder.Fault}";
        }
    }

    private static byte[] Lines(params string[] lines) => Encoding.Latin1.GetBytes(string.Concat(lines.Select(l => l + "\r\n")));
}
