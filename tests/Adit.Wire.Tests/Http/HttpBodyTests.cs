using System.Text;
using Adit.TestKit.Codecs;
using Adit.Wire.Http;

namespace Adit.Wire.Tests.Http;

/// <summary>How long a body is, chunked bodies, and the forms of a target.</summary>
public sealed class HttpBodyTests
{
    [Theory]
    [InlineData("", HttpBodyKind.None, 0)]
    [InlineData("Content-Length: 0\r\n", HttpBodyKind.None, 0)]
    [InlineData("Content-Length: 12\r\n", HttpBodyKind.Length, 12)]
    [InlineData("Transfer-Encoding: Chunked\r\n", HttpBodyKind.Chunked, 0)]
    public void Request_HasTheBodyItsFieldsTell(string fields, HttpBodyKind kind, long length)
    {
        Assert.Equal(DecodeStatus.Ok, HttpBody.TryOf(Request(fields), out HttpBody body, out _));
        Assert.Equal(new HttpBody(kind, length), body);
    }

    [Theory]
    [InlineData("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", DecodeStatus.BadValue, "got both")]
    [InlineData("Content-Length: 1\r\nContent-Length: 1\r\n", DecodeStatus.BadValue, "several")]
    [InlineData("Content-Length: 1, 1\r\n", DecodeStatus.BadValue, "digits")]
    [InlineData("Content-Length: +1\r\n", DecodeStatus.BadValue, "digits")]
    [InlineData("Content-Length: -1\r\n", DecodeStatus.BadValue, "digits")]
    [InlineData("Content-Length: 0x1\r\n", DecodeStatus.BadValue, "digits")]
    [InlineData("Content-Length:\r\n", DecodeStatus.BadValue, "digits")]
    [InlineData("Content-Length: 99999999999999999999\r\n", DecodeStatus.BadValue, "digits")]
    [InlineData("Transfer-Encoding: gzip, chunked\r\n", DecodeStatus.Unsupported, "coding")]
    [InlineData("Transfer-Encoding: xchunked\r\n", DecodeStatus.Unsupported, "coding")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", DecodeStatus.BadValue, "several")]
    public void Smuggling_IsRefused(string fields, DecodeStatus expected, string why)
    {
        Assert.Equal(expected, HttpBody.TryOf(Request(fields), out _, out string fault));
        Assert.Contains(why, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void TransferEncodingOfHttp10_IsRefused() =>
        Assert.Equal(DecodeStatus.BadValue, HttpBody.TryOf(Request("Transfer-Encoding: chunked\r\n") with { MinorVersion = 0 }, out _, out _));

    [Theory]
    [InlineData("GET", 200, "", HttpBodyKind.UntilClose)]
    [InlineData("GET", 200, "Content-Length: 3\r\n", HttpBodyKind.Length)]
    [InlineData("HEAD", 200, "Content-Length: 3\r\n", HttpBodyKind.None)]
    [InlineData("GET", 204, "", HttpBodyKind.None)]
    [InlineData("GET", 304, "Content-Length: 3\r\n", HttpBodyKind.None)]
    [InlineData("GET", 100, "", HttpBodyKind.None)]
    [InlineData("CONNECT", 200, "", HttpBodyKind.None)]
    [InlineData("CONNECT", 407, "Content-Length: 3\r\n", HttpBodyKind.Length)]
    public void Response_HasTheBodyOfItsStatusAndMethod(string method, int status, string fields, HttpBodyKind kind)
    {
        HttpResponseHead.TryDecode(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} X\r\n{fields}\r\n"), out HttpResponseHead head, out _);
        Assert.Equal(DecodeStatus.Ok, HttpBody.TryOf(head, method, out HttpBody body, out _));
        Assert.Equal(kind, body.Kind);
    }

    [Theory]
    [InlineData("5;a=b\r\nhello\r\n1 ;x\r\n!\r\n00\r\nT: v\r\n\r\nGET", "hello!; done; left 3")]
    [InlineData("0\r\n\r\n", "; done; left 0")]
    [InlineData("A\r\n01234", "01234; truncated")]
    [InlineData("5\nhello", "; chunk: line: expected CRLF at its end, got a bare LF")]
    [InlineData("5\rhello", "; chunk: line: expected LF behind CR, got another octet")]
    [InlineData("5\r\nhelloX", "hello; chunk: expected CRLF behind its data, got another octet")]
    [InlineData("g\r\n", "; chunk: length: expected hexadecimal digits, got none")]
    [InlineData("\r\n", "; chunk: length: expected hexadecimal digits, got none")]
    [InlineData(" 5\r\n", "; chunk: length: expected hexadecimal digits, got none")]
    [InlineData("5 \r\n", "; chunk: expected ';' or CRLF behind its length, got something else")]
    [InlineData("0x5\r\n", "; chunk: expected ';' or CRLF behind its length, got something else")]
    [InlineData("1234567890123456\r\n", "; chunk: length: expected at most 15 digits, got more")]
    [InlineData("0\r\nbad\r\n\r\n", "; trailer: expected NAME: VALUE, got something else")]
    public void ChunkedBody_IsTakenApart(string body, string expected)
    {
        Assert.Equal(expected, HttpTargets.ReadChunks(Encoding.ASCII.GetBytes(body)));
        Assert.Equal(expected, HttpTargets.ReadChunks(Encoding.ASCII.GetBytes(body), oneByOne: true));
    }

    [Fact]
    public void EndlessChunkLineAndTrailers_AreBounded()
    {
        Assert.Contains("line: expected at most", HttpTargets.ReadChunks(Encoding.ASCII.GetBytes("5;" + new string('a', 5000))), StringComparison.Ordinal);
        Assert.Contains("trailers: expected at most", HttpTargets.ReadChunks(Encoding.ASCII.GetBytes("0\r\n" + string.Concat(Enumerable.Repeat("A: b\r\n", 3000)))), StringComparison.Ordinal);
    }

    [Fact]
    public void Chunks_WrittenAreRead()
    {
        byte[] buffer = new byte[512];
        int at = HttpChunkedEncoder.Write(buffer, "hello"u8);
        at += HttpChunkedEncoder.Write(buffer.AsSpan(at), Encoding.ASCII.GetBytes(new string('x', 256)));
        HttpChunkedEncoder.End.CopyTo(buffer.AsSpan(at));
        Assert.Equal($"hello{new string('x', 256)}; done; left 0", HttpTargets.ReadChunks(buffer.AsSpan(0, at + HttpChunkedEncoder.End.Length)));
        Assert.StartsWith("5\r\nhello\r\n100\r\n", Encoding.ASCII.GetString(buffer), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("example.net:443", "example.net", 443)]
    [InlineData("[2001:db8::1]:443", "2001:db8::1", 443)]
    [InlineData("[::ffff:127.0.0.1]:22", "::ffff:127.0.0.1", 22)]
    [InlineData("2130706433:80", "2130706433", 80)]
    public void Authority_IsRead(string text, string host, int port)
    {
        Assert.True(HttpAuthority.TryParse(text, null, out HttpAuthority authority));
        Assert.Equal(new HttpAuthority(host, port), authority);
        Assert.Equal(text, authority.ToString());
    }

    [Theory]
    [InlineData("example.net")]
    [InlineData("example.net:")]
    [InlineData(":443")]
    [InlineData("a:0")]
    [InlineData("a:65536")]
    [InlineData("a:+1")]
    [InlineData("a:1:2")]
    [InlineData("::1:443")]
    [InlineData("[::1")]
    [InlineData("[127.0.0.1]:443")]
    [InlineData("[::1]443")]
    [InlineData("a b:1")]
    [InlineData("u@a:1")]
    [InlineData("a%00:1")]
    [InlineData("http://a:1")]
    public void NoAuthority_IsRefused(string text) => Assert.False(HttpAuthority.TryParse(text, null, out _));

    [Theory]
    [InlineData("http://example.net", "example.net", 80, "/")]
    [InlineData("HTTP://example.net:8080/a?b", "example.net", 8080, "/a?b")]
    [InlineData("http://[::1]?q", "::1", 80, "/?q")]
    public void AbsoluteForm_IsTakenApart(string target, string host, int port, string path)
    {
        Assert.True(HttpAuthority.TryParseAbsolute(target, out HttpAuthority authority, out string? rest));
        Assert.Equal((new HttpAuthority(host, port), path), (authority, rest));
    }

    [Theory]
    [InlineData("https://example.net/")]
    [InlineData("/")]
    [InlineData("http:///a")]
    [InlineData("http://user:pw@example.net/")]
    [InlineData("http://example.net/#f")]
    public void OtherForms_AreRefused(string target) => Assert.False(HttpAuthority.TryParseAbsolute(target, out _, out _));

    private static HttpRequestHead Request(string fields)
    {
        Assert.Equal(DecodeStatus.Ok, HttpRequestHead.TryDecode(Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: h\r\n{fields}\r\n"), out HttpRequestHead head, out _));
        return head;
    }
}
