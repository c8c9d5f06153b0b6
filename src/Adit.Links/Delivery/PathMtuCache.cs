using System.Net;
using System.Net.Sockets;
using Adit.Platform.Descriptors;
using Adit.Platform.Packets;

namespace Adit.Links.Delivery;

/// <summary>
/// What the paths to the remotes take. Theory of operation: the system keeps the path MTU that ICMP told, for each remote and for ten minutes (RFC 1191 §6.3, RFC 8201 §4); a UDP socket that is connected
/// to a remote, and never sends, can be asked for it. The answer is kept for a second, or until the error queue says that something changed. From any thread.
/// </summary>
internal sealed class PathMtuCache : IDisposable
{
    /// <summary>Ours: how long an answer is kept, in milliseconds.</summary>
    private const long Kept = 1000;

    /// <summary>Any port will do; nothing is sent.</summary>
    private const int Port = 9;

    private readonly IPAddress _local;
    private readonly PacketSocketOption _option;
    private readonly PacketSocket _probe;
    private readonly Dictionary<IPAddress, (int Mtu, long Until)> _known = [];
    private readonly Lock _gate = new();
    private IPAddress? _last;
    private int _lastMtu;
    private long _lastUntil;

    public PathMtuCache(IPAddress local)
    {
        _local = local;
        bool isIpv6 = local.AddressFamily == AddressFamily.InterNetworkV6;
        _option = isIpv6 ? PacketSocketOption.Mtu6 : PacketSocketOption.Mtu;
        _probe = PacketSocket.Open(isIpv6 ? PacketSocket.Ipv6 : PacketSocket.Ipv4, PacketSocket.Datagram, 0);
        // An address that is not here yet does not matter: the route says the same.
        try
        {
            if (!IPAddress.IsLoopback(_local) && !_local.Equals(IPAddress.Any) && !_local.Equals(IPAddress.IPv6Any)) _probe.Bind(new IPEndPoint(_local, 0));
        }
        catch (DescriptorException)
        {
            // Asked without.
        }
    }

    /// <summary>Octets of a whole packet that the path takes.</summary>
    public int Of(IPAddress remote)
    {
        long now = Environment.TickCount64;
        lock (_gate)
        {
            if (ReferenceEquals(_last, remote) && now < _lastUntil) return _lastMtu;
            if (!_known.TryGetValue(remote, out (int Mtu, long Until) known) || now >= known.Until)
            {
                known = (Ask(remote), now + Kept);
                if (_known.Count >= 1024) _known.Clear();
                _known[remote] = known;
            }

            (_last, _lastMtu, _lastUntil) = (remote, known.Mtu, known.Until);
            return known.Mtu;
        }
    }

    /// <summary>Something changed: the next question asks the system.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _known.Clear();
            _last = null;
        }
    }

    public void Dispose() => _probe.Dispose();

    private int Ask(IPAddress remote)
    {
        try
        {
            _probe.Connect(new IPEndPoint(remote, Port));
            return _probe.TryGet(_option, out int mtu) && mtu >= 68 ? mtu : ushort.MaxValue;
        }
        catch (Exception e) when (e is DescriptorException or ObjectDisposedException)
        {
            return ushort.MaxValue; // no route: sending will say so
        }
    }
}
