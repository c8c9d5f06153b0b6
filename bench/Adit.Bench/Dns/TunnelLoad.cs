using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Adit.Bench.Load;

namespace Adit.Bench.Dns;

/// <summary>A load client for slow tunnels: whatever is done when its time is over is what counts, and a tunnel that stalls is no reason to wait.</summary>
internal static class TunnelLoad
{
    /// <summary>Prints octets and seconds; for <c>echo</c> the median in milliseconds and how many came back.</summary>
    public static void Run(IPEndPoint place, string kind, long amount, int seconds)
    {
        using Socket socket = new(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = seconds * 1000, SendTimeout = seconds * 1000, SendBufferSize = 16 * 1024 };
        Stopwatch watch = Stopwatch.StartNew();
        try
        {
            if (!socket.ConnectAsync(place).Wait(TimeSpan.FromSeconds(seconds))) throw new SocketException((int)SocketError.TimedOut);
            if (kind == "echo") Echo(socket, amount, seconds);
            else Bulk(socket, kind, amount, seconds);
        }
        catch (Exception e) when (e is SocketException or AggregateException)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"0 {watch.Elapsed.TotalSeconds:R}"));
        }
    }

    private static void Bulk(Socket socket, string kind, long amount, int seconds)
    {
        byte[] buffer = new byte[16 * 1024];
        bool isUp = kind == "up";
        buffer[0] = isUp ? LoadServer.Upload : LoadServer.Download;
        BinaryPrimitives.WriteInt64BigEndian(buffer.AsSpan(1), amount);
        Stopwatch watch = Stopwatch.StartNew();
        long moved = 0;
        try
        {
            socket.Send(buffer.AsSpan(0, 9));
            if (isUp)
            {
                for (long left = amount; left > 0;) left -= socket.Send(buffer.AsSpan(0, (int)Math.Min(left, buffer.Length)));
                if (socket.Receive(buffer, 1, SocketFlags.None) == 1) moved = amount;
            }
            else
            {
                while (moved < amount && watch.Elapsed.TotalSeconds < seconds)
                {
                    int count = socket.Receive(buffer);
                    if (count == 0) break;
                    moved += count;
                }
            }
        }
        catch (SocketException)
        {
            // Stalled, or reset: what there is counts.
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{moved} {watch.Elapsed.TotalSeconds:R}"));
    }

    private static void Echo(Socket socket, long count, int seconds)
    {
        byte[] octet = [LoadServer.Echo];
        socket.Send(octet);
        List<double> times = [];
        Stopwatch watch = Stopwatch.StartNew();
        try
        {
            for (int i = 0; i < count && watch.Elapsed.TotalSeconds < seconds; i++)
            {
                long began = Stopwatch.GetTimestamp();
                socket.Send(octet);
                if (socket.Receive(octet) != 1) break;
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                Thread.Sleep(40 + (i * 37 % 160)); // a typist, out of step with any clock
            }
        }
        catch (SocketException)
        {
            // What came back counts.
        }

        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(times.Count == 0 ? double.NaN : times[times.Count / 2]):R} {times.Count}"));
    }
}
