using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Adit.Bench.Load;

/// <summary>
/// The far end of the measured transfers, a process of its own. A connection opens with one octet: 'P' is answered by one octet (a new channel);
/// 'D' and a 64-bit count is answered by that many octets; 'U', a count and that many octets are answered by one octet; 'E' makes it echo what follows; 'I' is
/// answered like 'P', and the connection is held without a thread until the program ends.
/// </summary>
internal static class LoadServer
{
    public const byte Ping = (byte)'P';
    public const byte Download = (byte)'D';
    public const byte Upload = (byte)'U';
    public const byte Echo = (byte)'E';
    public const byte Idle = (byte)'I';
    public const int Portion = 256 * 1024; // ours: past this size loopback gains nothing

    private static readonly List<Socket> Held = [];

    /// <param name="address">Where it listens.</param>
    public static void Run(IPAddress address)
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(address, 0));
        listener.Listen(1024);
        Console.WriteLine($"ready {((IPEndPoint)listener.LocalEndPoint!).Port}");
        while (true)
        {
            Socket socket = listener.Accept();
            new Thread(() => Serve(socket), 256 * 1024) { IsBackground = true }.Start();
        }
    }

    private static void Serve(Socket socket)
    {
        bool held = false;
        socket.NoDelay = true;
        try
        {
            Span<byte> head = stackalloc byte[9];
            if (!Fill(socket, head[..1])) return;
            if (head[0] == Idle)
            {
                lock (Held) Held.Add(socket);
                held = true;
                socket.Send(head[..1]);
                return;
            }

            if (head[0] == Ping)
            {
                socket.Send(head[..1]);
                Fill(socket, head[..1]); // until the client closes
                return;
            }

            if (head[0] == Echo)
            {
                while (Fill(socket, head[..1])) socket.Send(head[..1]);
                return;
            }

            if (!Fill(socket, head[1..])) return;
            long left = BinaryPrimitives.ReadInt64BigEndian(head[1..]);
            byte[] buffer = new byte[Portion];
            Random.Shared.NextBytes(buffer);
            if (head[0] == Download)
            {
                while (left > 0) left -= socket.Send(buffer.AsSpan(0, (int)Math.Min(left, Portion)));
                Fill(socket, head[..1]);
                return;
            }

            while (left > 0)
            {
                int read = socket.Receive(buffer.AsSpan(0, (int)Math.Min(left, Portion)));
                if (read == 0) return;
                left -= read;
            }

            socket.Send(head[..1]);
            Fill(socket, head[..1]);
        }
        catch (SocketException)
        {
            // The client went away.
        }
        finally
        {
            if (!held) socket.Dispose();
        }
    }

    private static bool Fill(Socket socket, Span<byte> into)
    {
        while (!into.IsEmpty)
        {
            int read = socket.Receive(into);
            if (read == 0) return false;
            into = into[read..];
        }

        return true;
    }
}
