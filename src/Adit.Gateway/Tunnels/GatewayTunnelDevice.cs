using System.Net;
using System.Net.Sockets;
using Adit.Core.Links;
using Adit.Gateway.Addresses;
using Adit.Gateway.Configuration;
using Adit.Platform.Netlink;
using Adit.Ssh.Server.Forwarding;
using Adit.Ssh.Tunnels;
using Adit.Wire.Ssh;

namespace Adit.Gateway.Tunnels;

/// <summary>A device of a gateway's tunnel, set up: MTU, the gateway's address and the client's as its peer, or a place in a bridge. Its end gives the address back.</summary>
internal sealed class GatewayTunnelDevice : ITunnelDevice
{
    private readonly GatewayTunnels _session;
    private readonly TunnelHost _host;
    private readonly string _key;
    private readonly TunnelDevice _device;
    private readonly TunnelMode _mode;
    private readonly AddressLease? _lease;
    private readonly IReadOnlyList<IPAddress> _addresses;
    private bool _isRunning;
    private int _released;

    public GatewayTunnelDevice(GatewayTunnels session, TunnelHost host, string key, TunnelDevice device, TunnelMode mode, AddressLease? lease)
    {
        (_session, _host, _key, _device, _mode, _lease) = (session, host, key, device, mode, lease);
        _addresses = lease is null ? [] : host.Leases!.Pool.AddressesOf(lease.Number);
        SetUp();
    }

    public string Name => _device.Name;

    public void Prepare(SshTunnelLink tunnel)
    {
        if (_lease is null) return;
        _session.Tell(tunnel.ChannelNumber, Settings());
    }

    public async Task RunAsync(SshTunnelLink tunnel)
    {
        _isRunning = true;
        ILink link = _lease is not null && _mode == TunnelMode.PointToPoint && _host.Configuration.SourceCheck ? new SourceCheckLink(tunnel, _addresses) : tunnel;
        try
        {
            await _device.RunAsync(link, tunnel.ClosedByPeer).ConfigureAwait(false);
        }
        finally
        {
            _session.Forget(tunnel.ChannelNumber);
            Release();
        }
    }

    public void Dispose()
    {
        if (_isRunning) return;
        _device.Dispose();
        Release();
    }

    private void SetUp()
    {
        TunnelConfiguration configuration = _host.Configuration;
        if (_mode == TunnelMode.Ethernet ? configuration.Bridge is null && configuration.Mtu == 1500 : _lease is null && configuration.Mtu == 1500) return;
        using var netlink = new RtNetlink();
        if (_mode == TunnelMode.Ethernet)
        {
            netlink.Change(Name, new InterfaceChange { Mtu = configuration.Mtu, Master = configuration.Bridge, IsUp = configuration.Bridge is null ? null : true });
            return;
        }

        netlink.Change(Name, new InterfaceChange { Mtu = configuration.Mtu, IsUp = _lease is null ? null : true });
        if (_lease is null) return;
        foreach ((IPAddress own, IPAddress client) in _host.Leases!.Pool.AddressesOf(AddressPool.Gateway).Zip(_addresses))
        {
            if (own.AddressFamily == AddressFamily.InterNetworkV6 && !Socket.OSSupportsIPv6) continue;
            netlink.AddAddress(Name, new InterfaceAddress(own, BitsOf(own), client));
        }
    }

    private TunnelLeaseFields Settings()
    {
        TunnelConfiguration configuration = _host.Configuration;
        // On a bridge the neighbours are on the wire; on a tunnel there is only the gateway.
        IEnumerable<string> addresses = _addresses.Zip(configuration.Pool, (a, n) => $"{a}/{(_mode == TunnelMode.Ethernet ? n.PrefixLength : BitsOf(a))}");
        return new TunnelLeaseFields(
            (uint)configuration.Mtu,
            (uint)configuration.LeaseTime.TotalSeconds,
            [.. addresses],
            [.. _host.Leases!.Pool.AddressesOf(AddressPool.Gateway).Select(a => a.ToString())],
            [.. configuration.Routes.Select(r => r.ToString())],
            [.. configuration.NameServers.Select(a => a.ToString())],
            [.. configuration.SearchDomains]);
    }

    private void Release()
    {
        if (Interlocked.Exchange(ref _released, 1) != 0) return;
        if (_lease is not null) _host.Leases!.Release(_lease);
        _host.Leave(_key);
    }

    private static int BitsOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
}
