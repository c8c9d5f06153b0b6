using System.Net;
using System.Net.Sockets;

namespace Adit.TestKit.Peers;

/// <summary>Ports free on both loopback families, below the kernel's ephemeral range so that no outgoing connection takes one.</summary>
public static class Ports
{
    private const int First = 20000;
    private const int Last = 32000;
    private static readonly HashSet<int> Given = [];

    /// <summary>A port that nothing listens on and that this process has not been given before.</summary>
    public static int Free()
    {
        for (int attempt = 0; attempt < 1000; attempt++)
        {
            int port = Random.Shared.Next(First, Last);
            lock (Given)
            {
                if (!Given.Add(port)) continue;
            }

            if (CanBind(IPAddress.Any, port) && CanBind(IPAddress.IPv6Any, port)) return port;
        }

        throw new PeerFailureException($"no free port between {First} and {Last}");
    }

    private static bool CanBind(IPAddress address, int port)
    {
        using Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = false;
            socket.Bind(new IPEndPoint(address, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
