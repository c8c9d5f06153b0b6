using System.Text;
using Adit.Carriers.Http;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Wire.Http;

namespace Adit.Carriers.Tests.Http;

public sealed class BodyReaderTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(9000)]
    public async Task Chunks_AreJoined_HoweverTheyArrive(int early)
    {
        byte[] payload = new byte[30_000];
        new Random(3).NextBytes(payload);
        byte[] wire = Chunked(payload, 1, 3, 5000, 9000, 15_996);
        using var pair = new MemoryStreamPair();
        var reader = new BodyReader(pair.First, new HttpBody(HttpBodyKind.Chunked), wire.AsMemory(0, early), "test");
        Task sending = Task.Run(async () =>
        {
            for (int at = early; at < wire.Length; at += 777) await pair.Second.WriteAsync(wire.AsMemory(at, Math.Min(777, wire.Length - at)));
        });
        Assert.Equal(payload, await ReadAsync(reader));
        await sending;
    }

    [Fact]
    public async Task EndWithinChunks_IsALoss()
    {
        using var pair = new MemoryStreamPair();
        var reader = new BodyReader(pair.First, new HttpBody(HttpBodyKind.Chunked), default, "test");
        await pair.Second.WriteAsync("5\r\nabc"u8.ToArray());
        await pair.Second.CompleteWritesAsync();
        byte[] buffer = new byte[8192];
        Assert.Equal(3, await reader.ReadAsync(buffer, default));
        Assert.Equal(TunnelError.ConnectionLost, (await Assert.ThrowsAsync<TunnelException>(async () => await reader.ReadAsync(buffer, default))).Error);
    }

    [Fact]
    public async Task Nonsense_IsRefused()
    {
        using var pair = new MemoryStreamPair();
        var reader = new BodyReader(pair.First, new HttpBody(HttpBodyKind.Chunked), "zz\r\n"u8.ToArray(), "test");
        Assert.Equal(TunnelError.ProtocolViolation, (await Assert.ThrowsAsync<TunnelException>(async () => await reader.ReadAsync(new byte[8192], default))).Error);
    }

    [Fact]
    public async Task BodyUntilTheEnd_IsWhatCame()
    {
        using var pair = new MemoryStreamPair();
        var reader = new BodyReader(pair.First, new HttpBody(HttpBodyKind.UntilClose), "ab"u8.ToArray(), "test");
        await pair.Second.WriteAsync("cd"u8.ToArray());
        await pair.Second.CompleteWritesAsync();
        Assert.Equal("abcd"u8.ToArray(), await ReadAsync(reader));
    }

    private static byte[] Chunked(byte[] payload, params int[] lengths)
    {
        using var wire = new MemoryStream();
        int at = 0;
        foreach (int length in lengths)
        {
            wire.Write(Encoding.ASCII.GetBytes($"{length:x};ext=1\r\n"));
            wire.Write(payload, at, length);
            wire.Write("\r\n"u8);
            at += length;
        }

        Assert.Equal(payload.Length, at);
        wire.Write("0\r\nTrailer: x\r\n\r\n"u8);
        return wire.ToArray();
    }

    private static async Task<byte[]> ReadAsync(BodyReader reader)
    {
        using var all = new MemoryStream();
        byte[] buffer = new byte[8192];
        int count;
        while ((count = await reader.ReadAsync(buffer, default)) > 0) all.Write(buffer, 0, count);
        return all.ToArray();
    }
}
