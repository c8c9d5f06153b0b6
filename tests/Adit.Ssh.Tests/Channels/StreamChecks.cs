using Adit.Core.Streams;

namespace Adit.Ssh.Tests.Channels;

/// <summary>Seeded octets through streams.</summary>
internal static class StreamChecks
{
    public static byte[] Octets(int seed, int length)
    {
        byte[] octets = new byte[length];
        new Random(seed).NextBytes(octets);
        return octets;
    }

    public static async Task<byte[]> ReadToEndAsync(DuplexStream stream, int most = int.MaxValue)
    {
        using var all = new MemoryStream();
        byte[] buffer = new byte[17_000];
        int count;
        while (all.Length < most && (count = await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, most - all.Length)))) > 0) all.Write(buffer, 0, count);
        return all.ToArray();
    }

    /// <summary>Writes octets, ends the direction, and expects them back.</summary>
    public static async Task EchoAsync(DuplexStream stream, int seed, int length)
    {
        byte[] sent = Octets(seed, length);
        Task writing = WriteAsync();
        byte[] back = await ReadToEndAsync(stream);
        await writing;
        Assert.True(sent.AsSpan().SequenceEqual(back), $"expected {sent.Length} octets back, got {back.Length} or others");

        async Task WriteAsync()
        {
            var random = new Random(seed);
            for (int at = 0; at < sent.Length;)
            {
                int count = Math.Min(sent.Length - at, 1 + random.Next(70_000));
                await stream.WriteAsync(sent.AsMemory(at, count));
                at += count;
            }

            await stream.CompleteWritesAsync();
        }
    }
}
