using System.Net;
using System.Net.Sockets;
using Adit.Wire.Ip;

namespace Adit.Links.Encapsulation;

/// <summary>Which inner sources may come out of a tunnel (RFC 4213 §3.6, RFC 1812 §5.3.7).</summary>
internal sealed class SourceFilter
{
    private readonly OuterIdentity _own;
    private readonly (Ipv4Address Network, uint Mask)[] _allowed4;
    private readonly (Ipv6Address Network, ulong High, ulong Low)[] _allowed6;
    private readonly bool _isStrict;

    public SourceFilter(OuterIdentity own, IReadOnlyList<IPNetwork> allowed)
    {
        _own = own;
        _isStrict = allowed.Count > 0;
        _allowed4 = [.. allowed.Where(n => n.BaseAddress.AddressFamily == AddressFamily.InterNetwork)
            .Select(n => (Ipv4Address.From(n.BaseAddress), n.PrefixLength == 0 ? 0 : uint.MaxValue << (32 - n.PrefixLength)))];
        _allowed6 = [.. allowed.Where(n => n.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6)
            .Select(n => (Ipv6Address.From(n.BaseAddress), Mask(n.PrefixLength), Mask(n.PrefixLength - 64)))];
    }

    public bool Accepts(Ipv4Address source)
    {
        if (source.IsMulticast || source.IsLoopback || source.IsLimitedBroadcast) return false; // RFC 1812 §5.3.7
        if (!_own.IsIpv6 && !source.IsUnspecified && source == _own.Local4) return false; // ours: nobody else sends from there
        if (!_isStrict) return true;
        foreach ((Ipv4Address network, uint mask) in _allowed4)
        {
            if ((source.Value & mask) == network.Value) return true;
        }

        return false;
    }

    public bool Accepts(Ipv6Address source)
    {
        // RFC 4213 §3.6: multicast, loopback, IPv4-compatible (:: itself excepted, which duplicate address detection uses), IPv4-mapped.
        if (source.IsMulticast || source.IsIpv4Mapped || (source.IsIpv4Compatible && !source.IsUnspecified)) return false;
        if (_own.IsIpv6 && !source.IsUnspecified && source == _own.Local6) return false;
        if (!_isStrict || source.IsLinkLocal || source.IsUnspecified) return true;
        foreach ((Ipv6Address network, ulong high, ulong low) in _allowed6)
        {
            if ((source.High & high) == network.High && (source.Low & low) == network.Low) return true;
        }

        return false;
    }

    private static ulong Mask(int length) => length <= 0 ? 0 : length >= 64 ? ulong.MaxValue : ulong.MaxValue << (64 - length);
}
