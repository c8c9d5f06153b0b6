using System.Net;
using System.Net.Sockets;
using Adit.Core;

namespace Adit.Carriers.Lab;

/// <summary>Where the laboratory's services listen.</summary>
internal static class LabSocket
{
    /// <summary>Listens.</summary>
    /// <param name="place">Where; port 0 for any.</param>
    /// <param name="name">The service, for messages.</param>
    /// <exception cref="TunnelException">The address cannot be used.</exception>
    public static Socket Listen(IPEndPoint place, string name)
    {
        var listener = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(place);
            listener.Listen(16);
            return listener;
        }
        catch (SocketException e)
        {
            listener.Dispose();
            throw new TunnelException(e.SocketErrorCode == SocketError.AddressAlreadyInUse ? TunnelError.AddressInUse : TunnelError.Unreachable, $"{name}: {place}: {e.Message}", null, e);
        }
    }
}
