using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;

namespace Adit.Bench.Load;

/// <summary>The near end of the measured transfers, a process of its own; what it measures begins after one channel to warm up.</summary>
internal static class LoadClient
{
    /// <param name="kind">down, up or channels.</param>
    /// <param name="path">The way to the load server.</param>
    /// <param name="amount">Octets, or milliseconds for channels.</param>
    /// <param name="parallel">How many channels at once.</param>
    public static LoadResult Run(string kind, LoadPath path, long amount, int parallel)
    {
        OpenChannel(path);
        return kind switch
        {
            "down" => Bulk(LoadServer.Download, path, amount),
            "up" => Bulk(LoadServer.Upload, path, amount),
            "channels" => Channels(path, amount, parallel),
            _ => throw new ArgumentException($"expected down, up or channels, got {kind}", nameof(kind)),
        };
    }

    private static LoadResult Bulk(byte direction, LoadPath path, long octets)
    {
        using Socket socket = path.Connect();
        byte[] buffer = new byte[LoadServer.Portion];
        Random.Shared.NextBytes(buffer);
        buffer[0] = direction;
        BinaryPrimitives.WriteInt64BigEndian(buffer.AsSpan(1), octets);
        Stopwatch watch = Stopwatch.StartNew();
        socket.Send(buffer.AsSpan(0, 9));
        if (direction == LoadServer.Upload)
        {
            for (long left = octets; left > 0;) left -= socket.Send(buffer.AsSpan(0, (int)Math.Min(left, buffer.Length)));
            Expect(socket, buffer.AsSpan(0, 1));
        }
        else
        {
            for (long left = octets; left > 0;) left -= Expect(socket, buffer.AsSpan(0, (int)Math.Min(left, buffer.Length)));
        }

        return new LoadResult(octets, watch.Elapsed.TotalSeconds);
    }

    private static LoadResult Channels(LoadPath path, long milliseconds, int parallel)
    {
        long count = 0;
        Stopwatch watch = Stopwatch.StartNew();
        Thread[] threads = [.. Enumerable.Range(0, parallel).Select(_ => new Thread(() =>
        {
            while (watch.ElapsedMilliseconds < milliseconds)
            {
                OpenChannel(path);
                Interlocked.Increment(ref count);
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        return new LoadResult(count, watch.Elapsed.TotalSeconds);
    }

    internal static void OpenChannel(LoadPath path)
    {
        using Socket socket = path.Connect();
        Span<byte> octet = [LoadServer.Ping];
        socket.Send(octet);
        Expect(socket, octet);
    }

    internal static int Expect(Socket socket, Span<byte> into)
    {
        int read = socket.Receive(into);
        return read > 0 ? read : throw new InvalidOperationException("the tunnel closed the connection before its answer");
    }
}
