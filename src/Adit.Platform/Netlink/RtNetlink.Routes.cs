using System.Net;

namespace Adit.Platform.Netlink;

/// <summary>Routes.</summary>
public sealed partial class RtNetlink
{
    private const int RouteHeader = 12; // struct rtmsg

    /// <summary>Adds a route to the main table.</summary>
    /// <param name="route">The route; of its destination with its metric there may be one.</param>
    /// <exception cref="NetlinkException">There is one already, the gateway is not reached, the interface is down, or CAP_NET_ADMIN is missing.</exception>
    public void AddRoute(Route route)
    {
        ArgumentNullException.ThrowIfNull(route);
        _socket.Ask(RouteRequest(NetlinkNumbers.NewRoute, NetlinkNumbers.Create | NetlinkNumbers.Exclusive, route), $"route {route}: add");
    }

    /// <summary>Removes a route from the main table.</summary>
    /// <param name="route">The route; what is null in it is not compared.</param>
    /// <exception cref="NetlinkException">There is none, or CAP_NET_ADMIN is missing.</exception>
    public void RemoveRoute(Route route)
    {
        ArgumentNullException.ThrowIfNull(route);
        _socket.Ask(RouteRequest(NetlinkNumbers.DeleteRoute, 0, route), $"route {route}: remove");
    }

    /// <summary>Asks how the kernel would send to a destination now: by all rules and tables.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="source">Where from; null for the kernel's choice.</param>
    /// <exception cref="NetlinkException">It would not: there is no route, or the source is not an address of this machine.</exception>
    public RouteAnswer FindRoute(IPAddress destination, IPAddress? source = null)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var request = new NetlinkRequest(NetlinkNumbers.GetRoute, 0);
        Span<byte> header = request.AddHeader(RouteHeader);
        header[0] = FamilyOf(destination);
        header[1] = BitsOf(destination);
        request.Add(NetlinkNumbers.RouteDestination, destination);
        if (source is not null)
        {
            header[2] = BitsOf(source);
            request.Add(2, source); // RTA_SRC
        }

        if (destination is { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6, ScopeId: > 0 and var scope }) request.Add(NetlinkNumbers.RouteOutput, (uint)scope);
        RouteAnswer? answer = null;
        _socket.Ask(request, $"route to {destination}", (type, payload) =>
        {
            if (type == NetlinkNumbers.NewRoute && payload.Length >= RouteHeader) answer = ReadRoute(payload);
        });
        if (answer is null) throw new NetlinkException($"route to {destination}", 113); // EHOSTUNREACH
        InterfaceStatus? device = Find(answer.InterfaceIndex);
        return answer with { InterfaceName = device?.Name ?? "", Mtu = answer.Mtu != 0 ? answer.Mtu : device?.Mtu ?? 0 };
    }

    private static byte BitsOf(IPAddress address) => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? (byte)32 : (byte)128;

    private static RouteAnswer ReadRoute(ReadOnlySpan<byte> payload)
    {
        var answer = new RouteAnswer(0, "") { IsLocal = payload[7] == NetlinkNumbers.Local };
        var attributes = new NetlinkAttributes(payload[RouteHeader..]);
        while (attributes.MoveNext())
        {
            answer = attributes.Type switch
            {
                NetlinkNumbers.RouteOutput => answer with { InterfaceIndex = (int)attributes.Number },
                NetlinkNumbers.RouteGateway => answer with { Gateway = attributes.Address },
                NetlinkNumbers.RouteSource => answer with { Source = attributes.Address },
                NetlinkNumbers.RouteMetrics => answer with { Mtu = MtuOf(attributes.Value) },
                _ => answer,
            };
        }

        return answer;
    }

    private static int MtuOf(ReadOnlySpan<byte> metrics)
    {
        var attributes = new NetlinkAttributes(metrics);
        while (attributes.MoveNext())
            if (attributes.Type == NetlinkNumbers.MetricMtu) return (int)attributes.Number;
        return 0;
    }

    private NetlinkRequest RouteRequest(ushort type, ushort flags, Route route)
    {
        var request = new NetlinkRequest(type, flags);
        Span<byte> header = request.AddHeader(RouteHeader);
        header[0] = FamilyOf(route.Destination.BaseAddress);
        header[1] = (byte)route.Destination.PrefixLength;
        header[4] = NetlinkNumbers.MainTable;
        bool adds = type == NetlinkNumbers.NewRoute;
        header[5] = adds ? NetlinkNumbers.StaticProtocol : (byte)0;
        header[6] = route.Gateway is null && header[0] == NetlinkNumbers.Inet ? adds ? NetlinkNumbers.LinkScope : (byte)255 : (byte)0; // RT_SCOPE_NOWHERE: any
        header[7] = adds ? NetlinkNumbers.Unicast : (byte)0;
        if (route.Destination.PrefixLength > 0) request.Add(NetlinkNumbers.RouteDestination, route.Destination.BaseAddress);
        if (route.Device is { } device) request.Add(NetlinkNumbers.RouteOutput, (uint)Get(device).Index);
        if (route.Gateway is { } gateway) request.Add(NetlinkNumbers.RouteGateway, gateway);
        if (route.Source is { } source) request.Add(NetlinkNumbers.RouteSource, source);
        if (route.Metric is { } metric) request.Add(NetlinkNumbers.RoutePriority, (uint)metric);
        if (route.Mtu is { } mtu)
        {
            int nest = request.BeginNest(NetlinkNumbers.RouteMetrics);
            request.Add(NetlinkNumbers.MetricMtu, (uint)mtu);
            request.EndNest(nest);
        }

        return request;
    }
}
