using System.Globalization;
using System.Net;
using Adit.Gateway.Configuration;
using Adit.Platform.Netlink;
using Adit.Ssh.Tunnels;
using Adit.Wire.Ssh;

namespace Adit.Gateway.Tunnels;

/// <summary>What a gateway says a tunnel's device should be set to, judged: nothing of it goes further unread. Immutable.</summary>
public sealed record TunnelLease
{
    // Ours: what a gateway may make a client hold and do.
    private const int MostAddresses = 16;
    private const int MostRoutes = 1024;
    private const int MostNames = 16;

    /// <summary>The device's addresses; of a TUN device with the gateway as its peer.</summary>
    public required IReadOnlyList<InterfaceAddress> Addresses { get; init; }

    /// <summary>The gateway's addresses on the tunnel.</summary>
    public required IReadOnlyList<IPAddress> Peers { get; init; }

    /// <summary>Networks that are reached through the tunnel.</summary>
    public required IReadOnlyList<IPNetwork> Routes { get; init; }

    /// <summary>Name servers.</summary>
    public required IReadOnlyList<IPAddress> NameServers { get; init; }

    /// <summary>Search domains.</summary>
    public required IReadOnlyList<string> SearchDomains { get; init; }

    /// <summary>The MTU in octets; null for the device's own.</summary>
    public int? Mtu { get; init; }

    /// <summary>How long the addresses stay the key's after the tunnel has ended.</summary>
    public TimeSpan Lifetime { get; init; }

    /// <summary>Judges what a gateway said.</summary>
    /// <param name="fields">The answer.</param>
    /// <param name="mode">What the tunnel carries.</param>
    /// <param name="lease">What it means.</param>
    /// <param name="why">What is wrong.</param>
    public static bool TryRead(in TunnelLeaseFields fields, TunnelMode mode, out TunnelLease? lease, out string? why)
    {
        lease = null;
        why = null;
        var addresses = new List<InterfaceAddress>();
        var peers = new List<IPAddress>();
        var routes = new List<IPNetwork>();
        var servers = new List<IPAddress>();
        if (fields.Addresses.Length > MostAddresses || fields.Peers.Length > MostAddresses || fields.Routes.Length > MostRoutes || fields.NameServers.Length > MostNames || fields.SearchDomains.Length > MostNames) why = "too many of them";
        else if (fields.Mtu is not 0 and (< 1280 or > 65_535)) why = $"MTU: expected 1280 to 65535, got {fields.Mtu}";
        else if (!fields.Peers.All(t => Add(peers, IPAddress.TryParse(t, out IPAddress? a) ? a : null))) why = "a peer's address";
        else if (!fields.Addresses.All(t => Add(addresses, InterfaceAddress.TryParse(t, out InterfaceAddress? a) && t.Contains('/', StringComparison.Ordinal) ? a : null))) why = "an address";
        else if (!fields.Routes.All(t => IPNetwork.TryParse(t, out IPNetwork n) && Add(routes, (IPNetwork?)n))) why = "a route";
        else if (!fields.NameServers.All(t => Add(servers, IPAddress.TryParse(t, out IPAddress? a) ? a : null))) why = "a name server";
        else if (!fields.SearchDomains.All(TunnelKeys.IsDomain)) why = "a search domain";
        if (why is not null) return false;
        if (mode == TunnelMode.PointToPoint) addresses = [.. addresses.Select(a => a with { Peer = peers.FirstOrDefault(p => p.AddressFamily == a.Address.AddressFamily) })];
        lease = new TunnelLease
        {
            Addresses = addresses,
            Peers = peers,
            Routes = routes,
            NameServers = servers,
            SearchDomains = fields.SearchDomains,
            Mtu = fields.Mtu == 0 ? null : (int)fields.Mtu,
            Lifetime = TimeSpan.FromSeconds(fields.Lifetime),
        };
        return true;
    }

    /// <summary>A line for each thing, for a person.</summary>
    public IEnumerable<string> Describe()
    {
        foreach (InterfaceAddress address in Addresses) yield return $"address {address.Address}/{address.PrefixLength}{(address.Peer is { } peer ? $" peer {peer}" : "")}";
        foreach (IPNetwork route in Routes) yield return $"route {route}";
        foreach (IPAddress server in NameServers) yield return $"dns {server}";
        if (SearchDomains.Count > 0) yield return $"search {string.Join(' ', SearchDomains)}";
        if (Mtu is { } mtu) yield return string.Create(CultureInfo.InvariantCulture, $"mtu {mtu}");
    }

    private static bool Add<T>(List<T> to, T? value)
        where T : class
    {
        if (value is not null) to.Add(value);
        return value is not null;
    }

    private static bool Add(List<IPNetwork> to, IPNetwork? value)
    {
        to.Add(value!.Value);
        return true;
    }
}
