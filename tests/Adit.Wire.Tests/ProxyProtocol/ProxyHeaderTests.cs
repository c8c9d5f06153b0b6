using System.Net;
using System.Text;
using Adit.TestKit.Codecs;
using Adit.Wire.ProxyProtocol;

namespace Adit.Wire.Tests.ProxyProtocol;

/// <summary>Both versions of the PROXY protocol's header; vectors from its specification.</summary>
public sealed class ProxyHeaderTests
{
    private const string V2 = "0d0a0d0a000d0a515549540a";

    [Theory]
    [InlineData("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "255.255.255.255:65535", "255.255.255.255:65535")]
    [InlineData("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n", "192.168.0.1:56324", "192.168.0.11:443")]
    [InlineData("PROXY TCP6 2001:db8::1 ::1 1 0\r\n", "[2001:db8::1]:1", "[::1]:0")]
    [InlineData("PROXY UNKNOWN\r\n", null, null)]
    [InlineData("PROXY UNKNOWN ffff:f...f:ffff 65535 65535\r\n", null, null)]
    public void Version1_IsRead(string text, string? source, string? destination) => CheckVector(Encoding.ASCII.GetBytes(text), source, destination);

    [Theory]
    [InlineData(V2 + "21 11 000c c0000201 c6336401 d431 01bb", "192.0.2.1:54321", "198.51.100.1:443")]
    [InlineData(V2 + "21 21 0024 20010db8000000000000000000000001 00000000000000000000000000000001 0001 0002", "[2001:db8::1]:1", "[::1]:2")]
    [InlineData(V2 + "21 11 0010 c0000201 c6336401 d431 01bb 04 0001 00", "192.0.2.1:54321", "198.51.100.1:443")]
    [InlineData(V2 + "20 00 0000", null, null)]
    [InlineData(V2 + "21 00 0003 010203", null, null)]
    public void Version2_IsRead(string notation, string? source, string? destination) => CheckVector(Octets.Of(notation), source, destination);

    [Theory]
    [InlineData("PROXY TCP4 127.1 127.0.0.1 1 2\r\n")]
    [InlineData("PROXY TCP4 0177.0.0.1 127.0.0.1 1 2\r\n")]
    [InlineData("PROXY TCP4 ::1 ::1 1 2\r\n")]
    [InlineData("PROXY TCP6 127.0.0.1 ::1 1 2\r\n")]
    [InlineData("PROXY TCP6 fe80::1%1 ::1 1 2\r\n")]
    [InlineData("PROXY TCP4 127.0.0.1 127.0.0.1 1\r\n")]
    [InlineData("PROXY TCP4 127.0.0.1 127.0.0.1 01 2\r\n")]
    [InlineData("PROXY TCP4 127.0.0.1 127.0.0.1 1 65536\r\n")]
    [InlineData("PROXY TCP4  127.0.0.1 127.0.0.1 1 2\r\n")]
    [InlineData("PROXY UDP4 127.0.0.1 127.0.0.1 1 2\r\n")]
    [InlineData("PROXY TCP4 127.0.0.1 127.0.0.1 1 2\n")]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("\r\n\r\nGET")]
    public void Other_IsRefused(string text) => Assert.Equal(DecodeStatus.BadValue, ProxyHeader.TryDecode(Encoding.ASCII.GetBytes(text), out _, out _));

    [Fact]
    public void Lengths_AreBounded()
    {
        Assert.Equal(DecodeStatus.BadLength, ProxyHeader.TryDecode(Encoding.ASCII.GetBytes("PROXY " + new string('a', 200)), out _, out _));
        Assert.Equal(DecodeStatus.BadLength, ProxyHeader.TryDecode(Octets.Of(V2 + "21 11 ffff"), out _, out _));
        Assert.Equal(DecodeStatus.BadLength, ProxyHeader.TryDecode(Octets.Of(V2 + "21 11 000b c0000201 c6336401 d431 01"), out _, out _));
        Assert.Equal(DecodeStatus.Unsupported, ProxyHeader.TryDecode(Octets.Of(V2 + "31 11 000c"), out _, out _));
    }

    [Fact]
    public void Written_IsRead()
    {
        var header = new ProxyHeader(IPEndPoint.Parse("192.0.2.1:1"), IPEndPoint.Parse("198.51.100.1:2"));
        Assert.Equal("PROXY TCP4 192.0.2.1 198.51.100.1 1 2\r\n", Encoding.ASCII.GetString(header.ToVersion1()));
        Assert.Equal(V2.ToUpperInvariant() + "2111000CC0000201C633640100010002", Convert.ToHexString(header.ToVersion2()));
        var mixed = new ProxyHeader(IPEndPoint.Parse("192.0.2.1:1"), IPEndPoint.Parse("[2001:db8::1]:2"));
        ProxyHeader.TryDecode(mixed.ToVersion2(), out ProxyHeader read, out _);
        Assert.Equal("[::ffff:192.0.2.1]:1", read.Source!.ToString());
        Assert.Equal("PROXY UNKNOWN\r\n", Encoding.ASCII.GetString(default(ProxyHeader).ToVersion1()));
        Assert.Equal(DecodeStatus.Ok, ProxyHeader.TryDecode(default(ProxyHeader).ToVersion2(), out ProxyHeader local, out int consumed));
        Assert.Equal((default, 16), (local, consumed));
    }

    [Fact]
    public void MutatedHeaders_NeverThrow() => MutationRunner.Run(HttpTargets.ProxyHeader, MutationRunner.Seed, MutationRunner.Count);

    private static void CheckVector(byte[] octets, string? source, string? destination)
    {
        byte[] withPayload = [.. octets, 1, 2];
        Assert.Equal(DecodeStatus.Ok, ProxyHeader.TryDecode(withPayload, out ProxyHeader value, out int consumed));
        Assert.Equal((octets.Length, source, destination), (consumed, value.Source?.ToString(), value.Destination?.ToString()));
        for (int length = 0; length < octets.Length; length++) Assert.Equal(DecodeStatus.Truncated, ProxyHeader.TryDecode(octets.AsSpan(0, length), out _, out _));
    }
}
