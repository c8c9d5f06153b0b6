using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Adit.Bench.Load;

/// <summary>
/// A long path: relays TCP connections and keeps every octet for a time on its way, whatever the rate. TCP itself ends here on both sides, so that
/// the windows of what runs over it are what is measured.
/// </summary>
internal static class DelayRelay
{
    private const int Portion = 64 * 1024;

    /// <summary>Ours: portions under way in one direction, 256 MiB; no window measured here comes near.</summary>
    private const int MostUnderWay = 4096;

    public static void Run(int target, int oneWayMilliseconds)
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(64);
        Console.WriteLine($"ready {((IPEndPoint)listener.LocalEndPoint!).Port}");
        while (true)
        {
            Socket near = listener.Accept();
            near.NoDelay = true;
            Socket far = new LoadPath(target).Connect();
            Start(near, far, oneWayMilliseconds);
            Start(far, near, oneWayMilliseconds);
        }
    }

    private static void Start(Socket from, Socket to, int delay)
    {
        BlockingCollection<(long Due, byte[] Octets, int Count)> underWay = new(MostUnderWay);
        long ticks = delay * Stopwatch.Frequency / 1000;
        new Thread(() => Take(from, underWay, ticks), 256 * 1024) { IsBackground = true }.Start();
        new Thread(() => Deliver(to, underWay), 256 * 1024) { IsBackground = true }.Start();
    }

    private static void Take(Socket from, BlockingCollection<(long Due, byte[] Octets, int Count)> underWay, long ticks)
    {
        try
        {
            while (true)
            {
                byte[] octets = System.Buffers.ArrayPool<byte>.Shared.Rent(Portion);
                int count = from.Receive(octets);
                underWay.Add((Stopwatch.GetTimestamp() + ticks, octets, count));
                if (count == 0) return;
            }
        }
        catch (SocketException)
        {
            underWay.Add((0, [], 0));
        }
    }

    private static void Deliver(Socket to, BlockingCollection<(long Due, byte[] Octets, int Count)> underWay)
    {
        try
        {
            foreach ((long due, byte[] octets, int count) in underWay.GetConsumingEnumerable())
            {
                while (Stopwatch.GetTimestamp() < due) Thread.Sleep(TimeSpan.FromMilliseconds(Math.Max(0.2, (due - Stopwatch.GetTimestamp()) * 1000.0 / Stopwatch.Frequency)));
                if (count == 0)
                {
                    to.Shutdown(SocketShutdown.Send);
                    return;
                }

                for (int sent = 0; sent < count;) sent += to.Send(octets.AsSpan(sent, count - sent));
                System.Buffers.ArrayPool<byte>.Shared.Return(octets);
            }
        }
        catch (SocketException)
        {
            // The other end is gone.
        }
    }
}
