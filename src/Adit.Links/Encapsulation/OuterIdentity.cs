using System.Net;
using System.Net.Sockets;
using Adit.Links.Delivery;
using Adit.Wire.Ip;

namespace Adit.Links.Encapsulation;

/// <summary>How a tunnel's own delivery packets look from outside, so that one that comes back in is recognised.</summary>
internal sealed class OuterIdentity
{
    private readonly IDelivery _delivery;
    private readonly IpProtocol _protocol;
    private readonly bool _isIpv6;
    private readonly Ipv4Address _local4;
    private readonly Ipv6Address _local6;
    private Ipv4Address[] _remotes4 = [];
    private Ipv6Address[] _remotes6 = [];
    private int _known;

    public OuterIdentity(IDelivery delivery, IpProtocol protocol)
    {
        _delivery = delivery;
        _protocol = delivery.Local.Port == 0 ? protocol : IpProtocol.Udp;
        _isIpv6 = delivery.Local.AddressFamily == AddressFamily.InterNetworkV6;
        if (_isIpv6) _local6 = Ipv6Address.From(delivery.Local.Address);
        else _local4 = Ipv4Address.From(delivery.Local.Address);
    }

    /// <summary>Whether the delivery header is IPv6's.</summary>
    public bool IsIpv6 => _isIpv6;

    /// <summary>Whether delivery is by UDP.</summary>
    public bool IsUdp => _protocol == IpProtocol.Udp;

    /// <summary>Our outer address; unspecified where the system chooses.</summary>
    public Ipv4Address Local4 => _local4;

    /// <summary>Our outer address; unspecified where the system chooses.</summary>
    public Ipv6Address Local6 => _local6;

    /// <summary>Whether a packet is one of ours.</summary>
    public bool IsOwn(Ipv4Address source, Ipv4Address destination, IpProtocol protocol, ReadOnlySpan<byte> upper)
    {
        if (_isIpv6 || protocol != _protocol || (!_local4.IsUnspecified && source != _local4) || !PortsMatch(upper)) return false;
        Refresh();
        return Array.IndexOf(_remotes4, destination) >= 0;
    }

    /// <summary>Whether a packet is one of ours.</summary>
    public bool IsOwn(Ipv6Address source, Ipv6Address destination, IpProtocol protocol, ReadOnlySpan<byte> upper)
    {
        if (!_isIpv6 || protocol != _protocol || (!_local6.IsUnspecified && source != _local6) || !PortsMatch(upper)) return false;
        Refresh();
        return Array.IndexOf(_remotes6, destination) >= 0;
    }

    private bool PortsMatch(ReadOnlySpan<byte> upper) =>
        !IsUdp || (upper.Length >= 4 && ((upper[0] << 8) | upper[1]) == _delivery.Local.Port);

    private void Refresh()
    {
        IReadOnlyList<IPEndPoint> remotes = _delivery.Remotes;
        int count = remotes.Count;
        if (count == _known) return;
        if (_isIpv6) _remotes6 = [.. Enumerable.Range(0, count).Select(i => Ipv6Address.From(remotes[i].Address))];
        else _remotes4 = [.. Enumerable.Range(0, count).Select(i => Ipv4Address.From(remotes[i].Address))];
        _known = count;
    }
}
