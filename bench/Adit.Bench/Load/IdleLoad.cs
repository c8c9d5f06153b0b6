using System.Net.Sockets;

namespace Adit.Bench.Load;

/// <summary>Holds connections that have nothing to say, until its input ends.</summary>
internal static class IdleLoad
{
    public static void Run(LoadPath path, int count)
    {
        List<Socket> held = new(count);
        Span<byte> octet = [LoadServer.Idle];
        for (int i = 0; i < count; i++)
        {
            Socket socket = path.Connect();
            socket.Send(octet);
            LoadClient.Expect(socket, octet);
            held.Add(socket);
        }

        Console.WriteLine($"ready {held.Count}");
        Console.In.ReadToEnd();
        held.ForEach(s => s.Dispose());
    }
}
