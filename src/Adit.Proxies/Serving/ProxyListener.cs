using System.Net;
using Adit.Core;
using Adit.Core.Policy;
using Adit.Core.Streams;
using Adit.Proxies.Policy;

namespace Adit.Proxies.Serving;

/// <summary>A listener of a proxy, with its name and its policy.</summary>
internal sealed class ProxyListener
{
    public ProxyListener(IStreamListener listener, IReadOnlyList<DestinationRule> rules)
    {
        Listener = listener;
        Name = listener.BoundAt.ToString();
        Policy = new ProxyPolicy(rules, IsLocal(listener));
    }

    public IStreamListener Listener { get; }

    public string Name { get; }

    public ProxyPolicy Policy { get; }

    // Only what surely is this machine alone counts: a unix socket, or addresses that all are loopback.
    private static bool IsLocal(IStreamListener listener)
    {
        if (listener is SocketListener { EndPoints: { } places } && places.All(p => p is IPEndPoint)) return places.All(p => IPAddress.IsLoopback(((IPEndPoint)p).Address));
        return listener.BoundAt switch
        {
            UnixDestination => true,
            TcpDestination tcp => tcp.Host == "localhost" || (IPAddress.TryParse(tcp.Host, out IPAddress? address) && IPAddress.IsLoopback(address)),
            _ => false,
        };
    }
}
