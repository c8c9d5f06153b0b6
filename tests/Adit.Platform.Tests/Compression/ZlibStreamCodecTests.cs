using System.IO.Compression;
using Adit.Platform.Compression;

namespace Adit.Platform.Tests.Compression;

/// <summary>Flushed zlib streams, with the framework's ZLibStream as the oracle.</summary>
public sealed class ZlibStreamCodecTests
{
    [Fact]
    public void Messages_CanBeReadAtOnce_AndShareTheirHistory()
    {
        using var compress = new ZlibStreamCodec(compress: true);
        using var expand = new ZlibStreamCodec(compress: false);
        var random = new Random(1);
        using var all = new MemoryStream();
        using var clear = new MemoryStream();
        for (int i = 0; i < 500; i++)
        {
            byte[] message = new byte[1 + random.Next(3000)], packed = new byte[8000], back = new byte[8000];
            if (i % 3 == 0) random.NextBytes(message);
            Assert.True(compress.TryTransform(message, packed, out int length));
            Assert.InRange(length, 1, ZlibStreamCodec.CompressBound(message.Length));
            Assert.True(expand.TryTransform(packed.AsSpan(0, length), back, out int written));
            Assert.True(message.AsSpan().SequenceEqual(back.AsSpan(0, written)), $"message {i}");
            all.Write(packed, 0, length);
            clear.Write(message);
        }

        all.Position = 0;
        using var oracle = new ZLibStream(all, CompressionMode.Decompress);
        byte[] result = new byte[clear.Length];
        oracle.ReadExactly(result);
        Assert.Equal(clear.ToArray(), result);
    }

    [Fact]
    public void Bomb_IsBoundedByTheRoom()
    {
        using var compress = new ZlibStreamCodec(compress: true);
        using var expand = new ZlibStreamCodec(compress: false);
        byte[] packed = new byte[100_000];
        Assert.True(compress.TryTransform(new byte[10_000_000], packed, out int length));
        Assert.InRange(length, 1, 20_000);
        Assert.False(expand.TryTransform(packed.AsSpan(0, length), new byte[262_144], out int written));
        Assert.Equal(262_144, written);
    }

    [Theory]
    [InlineData("00")]
    [InlineData("789cffff")]
    [InlineData("ffffffffffff")]
    [InlineData("789c030000000001")]
    public void Garbage_IsRefused(string octets)
    {
        using var expand = new ZlibStreamCodec(compress: false);
        byte[] input = Convert.FromHexString(octets);
        Assert.False(expand.TryTransform(input, new byte[1000], out int written) && written > 0);
    }

    [Fact]
    public void TruncatedMessage_GoesOnWithTheNext()
    {
        using var compress = new ZlibStreamCodec(compress: true);
        using var expand = new ZlibStreamCodec(compress: false);
        byte[] packed = new byte[1000], back = new byte[1000];
        Assert.True(compress.TryTransform("some words, some words"u8, packed, out int length));
        Assert.True(expand.TryTransform(packed.AsSpan(0, 5), back, out int first));
        Assert.True(expand.TryTransform(packed.AsSpan(5, length - 5), back.AsSpan(first), out int second));
        Assert.Equal("some words, some words"u8.ToArray(), back[..(first + second)]);
    }
}
