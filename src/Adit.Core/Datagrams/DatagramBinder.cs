using System.Net;
using System.Net.Sockets;
using Adit.Core.Streams;

namespace Adit.Core.Datagrams;

/// <summary>Binds UDP ports on this machine; hosts mean what they mean to <see cref="SocketBinder"/>.</summary>
public static class DatagramBinder
{
    /// <summary>Binds sockets, one a family where a name means both, all with the same port.</summary>
    /// <param name="at">Where; port 0 for any.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The sockets, which the caller owns, and where they stand.</returns>
    /// <exception cref="TunnelException">The address cannot be bound.</exception>
    public static async Task<(IReadOnlyList<Socket> Sockets, UdpDestination BoundAt)> BindAsync(UdpDestination at, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(at);
        IPAddress[] addresses = at.Host is "" or "*" ? [IPAddress.Any, IPAddress.IPv6Any]
            : at.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? [IPAddress.Loopback, IPAddress.IPv6Loopback]
            : await ResolvedAddresses.OfAsync(at.Host, AddressFamily.Unspecified, cancellationToken).ConfigureAwait(false);
        var sockets = new List<Socket>();
        SocketException? failure = null;
        int port = at.Port;
        foreach (IPAddress address in addresses)
        {
            try
            {
                sockets.Add(Bind(new IPEndPoint(address, port)));
                port = ((IPEndPoint)sockets[0].LocalEndPoint!).Port;
            }
            catch (SocketException e)
            {
                failure ??= e;
                // A machine without one of the families still serves the other; a taken port is never half served.
                if (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied) break;
            }
        }

        if (sockets.Count > 0 && failure?.SocketErrorCode is not (SocketError.AddressAlreadyInUse or SocketError.AccessDenied)) return (sockets, at with { Port = port });
        foreach (Socket socket in sockets) socket.Dispose();
        SocketError error = failure?.SocketErrorCode ?? SocketError.AddressNotAvailable;
        throw new TunnelException(error.ToTunnelError(), $"listen on {at}: {error.ToText()}", null, failure);
    }

    private static Socket Bind(IPEndPoint at)
    {
        var socket = new Socket(at.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (at.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = false;
            socket.Bind(at);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
