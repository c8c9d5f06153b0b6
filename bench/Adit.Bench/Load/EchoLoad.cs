using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Adit.Bench.Load;

/// <summary>One connection that echoes single octets beside others that download as fast as they can.</summary>
internal static class EchoLoad
{
    // Ours: a quick typist.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Prints the median and the 99th percentile of the round trips, in milliseconds, and the octets a second beside.</summary>
    public static void Run(LoadPath path, int bulk, int echoes)
    {
        long octets = 0;
        bool over = false;
        using Socket echo = path.Connect();
        Span<byte> octet = [LoadServer.Echo];
        echo.Send(octet);
        RoundTrip(echo);
        Socket[] downloads = [.. Enumerable.Range(0, bulk).Select(_ => path.Connect())];
        Thread[] threads = [.. downloads.Select(s => new Thread(() =>
        {
            byte[] buffer = new byte[LoadServer.Portion];
            buffer[0] = LoadServer.Download;
            BinaryPrimitives.WriteInt64BigEndian(buffer.AsSpan(1), long.MaxValue);
            try
            {
                s.Send(buffer.AsSpan(0, 9));
                while (!Volatile.Read(ref over)) Interlocked.Add(ref octets, LoadClient.Expect(s, buffer));
            }
            catch (SocketException) when (Volatile.Read(ref over))
            {
                // Closed at the end.
            }
        }) { IsBackground = true })];
        foreach (Thread thread in threads) thread.Start();
        while (Interlocked.Read(ref octets) < (long)bulk << 20) Thread.Sleep(Pause);
        long before = Interlocked.Read(ref octets);
        Stopwatch watch = Stopwatch.StartNew();
        double[] times = new double[echoes];
        for (int i = 0; i < echoes; i++)
        {
            times[i] = RoundTrip(echo);
            Thread.Sleep(Pause);
        }

        double rate = (Interlocked.Read(ref octets) - before) / watch.Elapsed.TotalSeconds;
        Volatile.Write(ref over, true);
        Array.Sort(times);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{times[echoes / 2]:R} {times[echoes * 99 / 100]:R} {rate:R}"));
    }

    private static double RoundTrip(Socket socket)
    {
        Span<byte> octet = [1];
        long began = Stopwatch.GetTimestamp();
        socket.Send(octet);
        LoadClient.Expect(socket, octet);
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }
}
