using System.Net;
using System.Net.Sockets;
using Adit.Platform.Netlink;
using Adit.Ssh.Tunnels;

namespace Adit.Gateway.Tunnels;

/// <summary>
/// A lease that was applied to this machine: MTU, addresses and routes of the device, which go with it, and what has to be undone: the way to the server itself, where a pushed route would lead into the tunnel that it carries,
/// and name servers.
/// </summary>
public sealed class AppliedLease : IAsyncDisposable
{
    private readonly List<Route> _pinned = [];
    private NameServerChange? _nameServers;

    private AppliedLease()
    {
    }

    /// <summary>Applies a lease. What cannot be applied is told, and the rest is.</summary>
    /// <param name="device">The device.</param>
    /// <param name="mode">What it carries.</param>
    /// <param name="lease">The lease.</param>
    /// <param name="carrier">The address of the server that carries the tunnel; null where it is not known, and then no route may lead everywhere.</param>
    /// <param name="nameServers">Whether name servers and search domains are applied too.</param>
    /// <param name="failed">Told what could not be.</param>
    public static async Task<AppliedLease> ApplyAsync(string device, TunnelMode mode, TunnelLease lease, IPAddress? carrier, bool nameServers, Action<string> failed)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(failed);
        var applied = new AppliedLease();
        using (var netlink = new RtNetlink())
        {
            Try(() => netlink.Change(device, new InterfaceChange { Mtu = lease.Mtu, IsUp = true }), failed);
            IReadOnlyList<InterfaceAddress> there = netlink.Addresses(device);
            // After a session was made again the addresses may be others.
            foreach (InterfaceAddress old in there.Where(a => !a.Address.IsIPv6LinkLocal && !lease.Addresses.Any(n => n.Address.Equals(a.Address)))) Try(() => netlink.RemoveAddress(device, old), failed);
            foreach (InterfaceAddress address in lease.Addresses.Where(n => !there.Any(a => a.Address.Equals(n.Address)))) Try(() => netlink.AddAddress(device, address), failed);
            foreach (IPNetwork network in lease.Routes) applied.AddRoute(netlink, device, mode, network, lease, carrier, failed);
        }

        if (nameServers && lease.NameServers.Count > 0) applied._nameServers = await NameServerChange.ApplyAsync(device, lease.NameServers, lease.SearchDomains, failed).ConfigureAwait(false);
        return applied;
    }

    /// <summary>Undoes what does not go with the device.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_pinned.Count > 0)
        {
            using var netlink = new RtNetlink();
            foreach (Route route in _pinned) Try(() => netlink.RemoveRoute(route), _ => { });
            _pinned.Clear();
        }

        if (_nameServers is { } change) await change.DisposeAsync().ConfigureAwait(false);
        _nameServers = null;
    }

    private void AddRoute(RtNetlink netlink, string device, TunnelMode mode, IPNetwork network, TunnelLease lease, IPAddress? carrier, Action<string> failed)
    {
        if (carrier is null && network.PrefixLength == 0)
        {
            failed($"route {network}: the server's address is not known behind a hop: the way to it would lead into the tunnel; left out");
            return;
        }

        if (carrier is not null && network.BaseAddress.AddressFamily == carrier.AddressFamily && network.Contains(carrier) && !IPAddress.IsLoopback(carrier) && !TryPin(netlink, device, carrier, failed)) return;
        IPAddress? gateway = mode == TunnelMode.Ethernet ? lease.Peers.FirstOrDefault(p => p.AddressFamily == network.BaseAddress.AddressFamily) : null;
        IPAddress? source = lease.Addresses.FirstOrDefault(a => a.Address.AddressFamily == network.BaseAddress.AddressFamily)?.Address;
        Try(() => netlink.AddRoute(new Route(network) { Device = device, Gateway = gateway, Source = source }), failed);
    }

    /// <summary>Keeps the way to the server where it is.</summary>
    private bool TryPin(RtNetlink netlink, string device, IPAddress carrier, Action<string> failed)
    {
        bool done = _pinned.Any(r => r.Destination.BaseAddress.Equals(carrier));
        if (done) return true;
        return Try(
            () =>
            {
                RouteAnswer now = netlink.FindRoute(carrier);
                if (now.InterfaceName == device) return; // pinned by nobody, and lost already
                var route = new Route(new IPNetwork(carrier, carrier.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)) { Device = now.InterfaceName, Gateway = now.Gateway };
                try
                {
                    netlink.AddRoute(route);
                    _pinned.Add(route);
                }
                catch (NetlinkException e) when (e.ErrorNumber == 17)
                {
                    // EEXIST: somebody else has pinned it, and will keep it.
                }
            },
            failed);
    }

    private static bool Try(Action action, Action<string> failed)
    {
        try
        {
            action();
            return true;
        }
        catch (NetlinkException e)
        {
            failed(e.Message);
            return false;
        }
    }
}
