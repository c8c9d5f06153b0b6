using System.Text;
using Adit.TestKit.Codecs;
using Adit.Wire.Http;

namespace Adit.Wire.Tests.Http;

/// <summary>Request and response heads: what is read, and what is refused and why.</summary>
public sealed class HttpHeadTests
{
    public static TheoryData<string> Names => [.. HttpTargets.Cases.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Vector_DecodesAndReencodesByteExact(string name) => HttpTargets.Cases.Single(c => c.Name == name).CheckVector();

    [Theory]
    [MemberData(nameof(Names))]
    public void Prefix_IsTruncated(string name) => HttpTargets.Cases.Single(c => c.Name == name).CheckPrefixes();

    [Fact]
    public void Request_IsTakenApart_AndWhatFollowsIsLeft()
    {
        byte[] octets = Encoding.ASCII.GetBytes("\r\nPOST http://h:8080/a HTTP/1.1\r\nhost:h:8080\r\nConnection:\t Keep-Alive , Foo\r\nconnection: bar\r\nX:\r\n\r\nrest");
        Assert.Equal(DecodeStatus.Ok, HttpRequestHead.TryDecode(octets, out HttpRequestHead head, out int consumed));
        Assert.Equal(("POST", "http://h:8080/a", 1), (head.Method, head.Target, head.MinorVersion));
        Assert.Equal("rest", Encoding.ASCII.GetString(octets[consumed..]));
        Assert.Equal("h:8080", head.Fields.Find("HOST"));
        Assert.Equal("", head.Fields.Find("x"));
        Assert.Null(head.Fields.Find("y"));
        Assert.Equal(["Keep-Alive", "Foo", "bar"], head.Fields.Elements("Connection"));
        Assert.True(head.Fields.HasElement("connection", "BAR"));
        Assert.False(head.Fields.HasElement("connection", "close"));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\nHost: h\n\n", DecodeStatus.BadValue, "bare LF")]
    [InlineData("GET / HTTP/1.1\r\nHost: h\n\r\n", DecodeStatus.BadValue, "bare LF")]
    [InlineData("GET / HTTP/1.1\rHost: h\r\n\r\n", DecodeStatus.BadValue, "LF behind CR")]
    [InlineData("GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", DecodeStatus.BadValue, "folded line")]
    [InlineData("GET / HTTP/1.1\r\n A: b\r\n\r\n", DecodeStatus.BadValue, "folded line")]
    [InlineData("GET / HTTP/1.1\r\nA : b\r\n\r\n", DecodeStatus.BadValue, "name: expected a token")]
    [InlineData("GET / HTTP/1.1\r\n: b\r\n\r\n", DecodeStatus.BadValue, "name: expected a token")]
    [InlineData("GET / HTTP/1.1\r\nA b\r\n\r\n", DecodeStatus.BadValue, "colon")]
    [InlineData("GET / HTTP/1.1\r\nA: b\0c\r\n\r\n", DecodeStatus.BadValue, "control characters")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", DecodeStatus.BadValue, "Host")]
    [InlineData("GET /a b HTTP/1.1\r\n\r\n", DecodeStatus.BadValue, "request line")]
    [InlineData("GET  / HTTP/1.1\r\n\r\n", DecodeStatus.BadValue, "request line")]
    [InlineData("GET /\0 HTTP/1.1\r\n\r\n", DecodeStatus.BadValue, "request line")]
    [InlineData("GET /\u00e4 HTTP/1.1\r\n\r\n", DecodeStatus.BadValue, "request line")]
    [InlineData("G(T / HTTP/1.1\r\n\r\n", DecodeStatus.BadValue, "request line")]
    [InlineData("GET /\r\n\r\n", DecodeStatus.BadValue, "request line")]
    [InlineData("GET / http/1.1\r\n\r\n", DecodeStatus.BadValue, "version")]
    [InlineData("GET / HTTP/2.0\r\n\r\n", DecodeStatus.Unsupported, "version")]
    [InlineData("\r\n\r\nGET / HTTP/1.1\r\n\r\n", DecodeStatus.BadValue, "request line")]
    public void Request_ThatTwoMightReadDifferently_IsRefused(string text, DecodeStatus expected, string why)
    {
        Assert.Equal(expected, HttpRequestHead.TryDecode(Encoding.Latin1.GetBytes(text), HttpLimits.Default, out _, out int consumed, out string fault));
        Assert.Equal(0, consumed);
        Assert.Contains(why, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void HeadBombs_AreBadLength_WhetherTheyEndOrNot()
    {
        string endless = new('a', 40_000);
        Assert.Equal(DecodeStatus.BadLength, Status($"GET /{endless}"));
        Assert.Equal(DecodeStatus.BadLength, Status($"GET /{endless} HTTP/1.1\r\n\r\n"));
        Assert.Equal(DecodeStatus.BadLength, Status($"GET / HTTP/1.1\r\nA: {endless}"));
        Assert.Equal(DecodeStatus.BadLength, Status($"GET / HTTP/1.1\r\n{string.Concat(Enumerable.Repeat("A: b\r\n", 129))}\r\n"));
        Assert.Equal(DecodeStatus.Ok, Status($"GET / HTTP/1.1\r\n{string.Concat(Enumerable.Repeat("A: b\r\n", 128))}\r\n"));
        Assert.Equal(DecodeStatus.BadLength, Status($"GET / HTTP/1.1\r\n{string.Concat(Enumerable.Repeat($"A: {endless[..1000]}\r\n", 40))}\r\n"));
    }

    [Theory]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 099 OK\r\n\r\n")]
    [InlineData("HTTP/1.1  200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 O\bK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\n\n")]
    public void BrokenResponse_IsRefused(string text) => Assert.Equal(DecodeStatus.BadValue, HttpResponseHead.TryDecode(Encoding.Latin1.GetBytes(text), out _, out _));

    [Fact]
    public void ResponseWithoutAReason_IsRead()
    {
        Assert.Equal(DecodeStatus.Ok, HttpResponseHead.TryDecode("HTTP/1.1 200\r\n\r\n"u8, out HttpResponseHead head, out _));
        Assert.Equal((200, ""), (head.StatusCode, head.Reason));
    }

    [Fact]
    public void WhatWouldSplitAHead_CannotBeWritten()
    {
        var fields = new HttpFields();
        Assert.Throws<ArgumentException>(() => fields.Add("A", "b\r\nC: d"));
        Assert.Throws<ArgumentException>(() => fields.Add("A b", "c"));
        Assert.Throws<ArgumentException>(() => fields.Add("A", " b"));
        Assert.Throws<ArgumentException>(() => new HttpRequestHead("GET", "/ x", 1, fields).ToArray());
        Assert.Throws<ArgumentException>(() => new HttpRequestHead("G T", "/", 1, fields).ToArray());
        Assert.Throws<ArgumentException>(() => new HttpResponseHead(200, "O\nK", fields).ToArray());
    }

    [Theory]
    [InlineData("HTTP/1.1", "", true)]
    [InlineData("HTTP/1.1", "Connection: close\r\n", false)]
    [InlineData("HTTP/1.0", "", false)]
    [InlineData("HTTP/1.0", "Connection: Keep-Alive\r\n", true)]
    public void ConnectionIsKept_AsItsVersionHasIt(string version, string field, bool kept)
    {
        HttpRequestHead.TryDecode(Encoding.ASCII.GetBytes($"GET / {version}\r\n{field}\r\n"), out HttpRequestHead request, out _);
        HttpResponseHead.TryDecode(Encoding.ASCII.GetBytes($"{version} 200 OK\r\n{field}\r\n"), out HttpResponseHead response, out _);
        Assert.Equal((kept, kept), (request.KeepsConnection, response.KeepsConnection));
    }

    [Fact]
    public void MutatedHeads_NeverThrow()
    {
        foreach (FuzzTarget target in HttpTargets.All) MutationRunner.Run(target, MutationRunner.Seed, MutationRunner.Count);
    }

    private static DecodeStatus Status(string text) => HttpRequestHead.TryDecode(Encoding.ASCII.GetBytes(text), out _, out _);
}
