using Adit.TestKit.Codecs;
using Adit.Wire.WebSocket;

namespace Adit.Wire.Tests.WebSocket;

/// <summary>Frames of RFC 6455.</summary>
public sealed class WebSocketFrameTests
{
    private const int Inputs = 200_000;

    // RFC 6455 §5.7 has the first six.
    private static readonly CodecCase[] Cases =
    [
        new CodecCase<WebSocketFrameHeader>(new(true, WebSocketOpcode.Text, 5), "81 05", "a text"),
        new CodecCase<WebSocketFrameHeader>(new(true, WebSocketOpcode.Text, 5, 0x37fa213d), "81 85 37fa213d", "a masked text"),
        new CodecCase<WebSocketFrameHeader>(new(false, WebSocketOpcode.Text, 3), "01 03", "the first fragment"),
        new CodecCase<WebSocketFrameHeader>(new(true, WebSocketOpcode.Continuation, 2), "80 02", "the last fragment"),
        new CodecCase<WebSocketFrameHeader>(new(true, WebSocketOpcode.Binary, 256), "82 7e 0100", "two octets of length"),
        new CodecCase<WebSocketFrameHeader>(new(true, WebSocketOpcode.Binary, 65536), "82 7f 0000000000010000", "eight octets of length"),
        new CodecCase<WebSocketFrameHeader>(new(true, WebSocketOpcode.Ping, 0), "89 00", "an empty ping"),
        new CodecCase<WebSocketFrameHeader>(new(true, WebSocketOpcode.Pong, 125, 0), "8a fd 00000000", "the longest pong"),
        new CodecCase<WebSocketFrameHeader>(new(true, WebSocketOpcode.Binary, long.MaxValue, uint.MaxValue), "82 ff 7fffffffffffffff ffffffff", "the longest"),
        new CodecCase<WebSocketFrameHeader>(new(true, WebSocketOpcode.Close, 2), "88 02", "a close"),
    ];

    public static TheoryData<string> Names => [.. Cases.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Vector_DecodesAndReencodesByteExact(string name) => Cases.Single(c => c.Name == name).CheckVector();

    [Theory]
    [MemberData(nameof(Names))]
    public void Prefix_IsTruncated(string name) => Cases.Single(c => c.Name == name).CheckPrefixes();

    [Theory]
    [InlineData("c1 00", DecodeStatus.BadValue)] // RSV1
    [InlineData("83 00", DecodeStatus.Unsupported)]
    [InlineData("8b 00", DecodeStatus.Unsupported)]
    [InlineData("09 00", DecodeStatus.BadValue)] // a fragment of a ping
    [InlineData("89 7e 007e", DecodeStatus.BadLength)] // a ping of 126
    [InlineData("82 7e 007d", DecodeStatus.BadLength)] // not the shortest
    [InlineData("82 7f 000000000000ffff", DecodeStatus.BadLength)]
    [InlineData("82 7f 8000000000000000", DecodeStatus.BadLength)]
    public void WhatTheSpecificationForbids_IsRefused(string notation, DecodeStatus expected) =>
        Assert.Equal(expected, WebSocketFrameHeader.TryDecode(Octets.Of(notation), out _, out _));

    [Fact]
    public void MutatedOctets_NeverThrow_AndWhatDecodesIsStable()
    {
        MutationRunner.Run(new FuzzTarget("websocket-frame", [.. Cases.Select(c => c.Vector)], Cases[0].CheckAny), MutationRunner.Seed, Inputs);
        MutationRunner.Run(new FuzzTarget("websocket-close", [Octets.Of("03e8"), Octets.Of("03f3 'sorry'")], input => _ = WebSocketClose.TryDecode(input, out _)), MutationRunner.Seed, Inputs);
    }

    [Fact]
    public void Mask_IsThatOfTheSpecification()
    {
        byte[] hello = Octets.Of("7f9f4d5158"); // RFC 6455 §5.7
        WebSocketMask.Apply(hello, 0x37fa213d);
        Assert.Equal("Hello"u8.ToArray(), hello);
    }

    [Fact]
    public void Mask_IsTheSame_HoweverThePayloadIsSplit()
    {
        byte[] plain = [.. Enumerable.Range(0, 333).Select(i => (byte)(i * 7))];
        byte[] expected = [.. plain.Select((o, i) => (byte)(o ^ (byte)(0x01020304 >> (24 - (i % 4 * 8)))))];
        for (int at = 0; at <= plain.Length; at++)
        {
            byte[] masked = [.. plain];
            WebSocketMask.Apply(masked.AsSpan(0, at), 0x01020304);
            WebSocketMask.Apply(masked.AsSpan(at), 0x01020304, at);
            Assert.Equal(expected, masked);
        }
    }

    [Fact]
    public void Accept_IsThatOfTheSpecification()
    {
        Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", WebSocketHandshake.AcceptOf("dGhlIHNhbXBsZSBub25jZQ==")); // RFC 6455 §1.3
        Assert.Equal("dGhlIHNhbXBsZSBub25jZQ==", WebSocketHandshake.KeyOf("the sample nonce"u8));
        Assert.True(WebSocketHandshake.IsKey("dGhlIHNhbXBsZSBub25jZQ=="));
        Assert.False(WebSocketHandshake.IsKey("dGhlIHNhbXBsZSBub25jZQ"));
        Assert.False(WebSocketHandshake.IsKey(null));
    }

    [Theory]
    [InlineData("", DecodeStatus.Ok, WebSocketClose.None)]
    [InlineData("03e8", DecodeStatus.Ok, 1000)]
    [InlineData("0bb8 'own'", DecodeStatus.Ok, 3000)]
    [InlineData("03", DecodeStatus.BadLength, 0)]
    [InlineData("03ed", DecodeStatus.BadValue, 0)] // 1005 is never sent
    [InlineData("03e8 c3", DecodeStatus.BadValue, 0)] // half a character
    public void Close_IsJudged(string notation, DecodeStatus expected, int code)
    {
        byte[] payload = Octets.Of(notation);
        Assert.Equal(expected, WebSocketClose.TryDecode(payload, out WebSocketClose close));
        if (expected != DecodeStatus.Ok) return;
        Assert.Equal(code, close.Code);
        byte[] again = new byte[125];
        Assert.Equal(payload, again[..close.Encode(again)]);
    }
}
