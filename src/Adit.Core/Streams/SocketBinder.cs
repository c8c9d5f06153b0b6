using System.Net;
using System.Net.Sockets;

namespace Adit.Core.Streams;

/// <summary>
/// Binds TCP and unix listeners on this machine. The host "" or "*" is every address, "localhost" every loopback family, else an address or a name.
/// </summary>
public sealed class SocketBinder : IStreamBinder
{
    private const int Backlog = 512;
    private readonly AddressFamily _family;
    private readonly UnixFileMode _unixMode;
    private readonly bool _unlinkUnix;
    private readonly bool _spread;

    /// <summary>Makes a binder.</summary>
    /// <param name="family"><see cref="AddressFamily.Unspecified"/>, or the one family to use.</param>
    /// <param name="unixMode">The mode of a unix socket's file; by default only the owner may connect.</param>
    /// <param name="unlinkUnix">Whether a socket file that stands at the path already is removed first.</param>
    /// <param name="spread">Whether accepted connections spread over the event loops, as sessions should; else they stay on the listener's, as what belongs to one session should.</param>
    public SocketBinder(
        AddressFamily family = AddressFamily.Unspecified,
        UnixFileMode unixMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        bool unlinkUnix = false,
        bool spread = false)
    {
        _family = family;
        _unixMode = unixMode;
        _unlinkUnix = unlinkUnix;
        _spread = spread;
    }

    /// <summary>Whether connections to other machines' addresses, which routing brings here, are accepted too (IP_TRANSPARENT). Needs CAP_NET_ADMIN. Default false.</summary>
    public bool Transparent { get; init; }

    /// <inheritdoc/>
    public async ValueTask<IStreamListener> BindAsync(Destination at, CancellationToken cancellationToken = default) => at switch
    {
        TcpDestination tcp => await BindTcpAsync(tcp, cancellationToken).ConfigureAwait(false),
        UnixDestination unix => BindUnix(unix),
        _ => throw new ArgumentException($"listen: {at}: expected a TCP or unix destination", nameof(at)),
    };

    /// <summary>Binds the TCP sockets of one address, listening, for a server that accepts by itself.</summary>
    /// <returns>At least one, all on the same port; the caller owns them.</returns>
    /// <exception cref="TunnelException">The address is taken, forbidden or not this machine's.</exception>
    public static async Task<IReadOnlyList<Socket>> BindSocketsAsync(TcpDestination at, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(at);
        return await new SocketBinder().BindSocketsOfAsync(at, cancellationToken).ConfigureAwait(false);
    }

    private Socket Listen(IPEndPoint at)
    {
        var socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (at.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = false;
            // What .NET calls ReuseAddress also sets SO_REUSEPORT; SO_REUSEADDR alone lets a port be bound again at once, never shared.
            socket.SetRawSocketOption(1 /* SOL_SOCKET */, 2 /* SO_REUSEADDR */, BitConverter.GetBytes(1));
            if (Transparent)
            {
                bool ip6 = at.AddressFamily == AddressFamily.InterNetworkV6;
                socket.SetRawSocketOption(ip6 ? 41 /* SOL_IPV6 */ : 0 /* SOL_IP */, ip6 ? 75 /* IPV6_TRANSPARENT */ : 19 /* IP_TRANSPARENT */, BitConverter.GetBytes(1));
            }

            socket.Bind(at);
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<SocketListener> BindTcpAsync(TcpDestination at, CancellationToken cancellationToken)
    {
        List<Socket> sockets = await BindSocketsOfAsync(at, cancellationToken).ConfigureAwait(false);
        return new SocketListener([.. sockets], at with { Port = ((IPEndPoint)sockets[0].LocalEndPoint!).Port }, _spread);
    }

    private async Task<List<Socket>> BindSocketsOfAsync(TcpDestination at, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = await AddressesAsync(at, cancellationToken).ConfigureAwait(false);
        var sockets = new List<Socket>();
        SocketException? failure = null;
        int port = at.Port;
        foreach (IPAddress address in addresses)
        {
            try
            {
                sockets.Add(Listen(new IPEndPoint(address, port)));
                port = ((IPEndPoint)sockets[0].LocalEndPoint!).Port;
            }
            catch (SocketException e)
            {
                failure ??= e;
                // A machine without one of the families still serves the other; a taken port is never half served.
                if (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied) break;
            }
        }

        if (sockets.Count > 0 && failure?.SocketErrorCode is not (SocketError.AddressAlreadyInUse or SocketError.AccessDenied))
        {
            return sockets;
        }

        foreach (Socket socket in sockets) socket.Dispose();
        SocketError error = failure?.SocketErrorCode ?? SocketError.AddressNotAvailable;
        throw new TunnelException(error.ToTunnelError(), $"listen on {at}: {error.ToText()}", null, failure);
    }

    private async Task<IPAddress[]> AddressesAsync(TcpDestination at, CancellationToken cancellationToken)
    {
        IPAddress[] addresses;
        if (at.Host is "" or "*") addresses = [IPAddress.Any, IPAddress.IPv6Any];
        else if (at.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) addresses = [IPAddress.Loopback, IPAddress.IPv6Loopback];
        else if (IPAddress.TryParse(at.Host, out IPAddress? literal)) addresses = [literal];
        else
        {
            try
            {
                addresses = await NameResolver.ResolveAsync(at.Host, _family, cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException e)
            {
                throw new TunnelException(TunnelError.NameNotResolved, $"listen on {at}: {e.SocketErrorCode.ToText()}", null, e);
            }
        }

        return _family == AddressFamily.Unspecified ? addresses : Array.FindAll(addresses, a => a.AddressFamily == _family);
    }

    private SocketListener BindUnix(UnixDestination at)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (_unlinkUnix && File.Exists(at.Path)) File.Delete(at.Path);
            // Nobody may connect between bind and chmod: listen comes last.
            socket.Bind(new UnixDomainSocketEndPoint(at.Path));
            File.SetUnixFileMode(at.Path, _unixMode);
            socket.Listen(Backlog);
            return new SocketListener([socket], at, _spread);
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            socket.Dispose();
            SocketError error = e is SocketException s ? s.SocketErrorCode : SocketError.AccessDenied;
            throw new TunnelException(error.ToTunnelError(), $"listen on {at}: {(e is SocketException ? error.ToText() : e.Message)}", null, e);
        }
    }
}
