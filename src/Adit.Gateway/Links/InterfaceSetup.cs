using Adit.Core;
using Adit.Gateway.Configuration;
using Adit.Platform.Netlink;

namespace Adit.Gateway.Links;

/// <summary>The addresses, routes and bridge of a link's interface: made at the start, and undone at the end as far as the interface outlives the link.</summary>
internal sealed class InterfaceSetup : IDisposable
{
    /// <summary>Octets of one UDP datagram at most, and so of one send with UDP_SEGMENT.</summary>
    private const int MaximumSend = 65_507;

    /// <summary>UDP_MAX_SEGMENTS of Linux before 6.9.</summary>
    private const int MaximumSegments = 64;

    /// <summary>What VXLAN and GENEVE put in front of an inner packet: 8 octets, and an Ethernet header.</summary>
    private const int HeadersInside = 8 + 14;

    private readonly RtNetlink _netlink;
    private readonly Stack<Action> _undo = new();

    private InterfaceSetup(RtNetlink netlink) => _netlink = netlink;

    /// <summary>Sets an interface up.</summary>
    /// <param name="link">What is asked for.</param>
    /// <param name="device">The interface.</param>
    /// <param name="mtu">Its MTU in octets.</param>
    /// <exception cref="TunnelException">The kernel refuses; what was done is undone.</exception>
    public static InterfaceSetup Apply(LinkConfiguration link, string device, int mtu)
    {
        var setup = new InterfaceSetup(new RtNetlink());
        try
        {
            setup.ApplyAll(link, device, mtu);
            return setup;
        }
        catch (NetlinkException e)
        {
            setup.Dispose();
            throw Told(e);
        }
        catch
        {
            setup.Dispose();
            throw;
        }
    }

    /// <summary>A refusal of the kernel's as an error of a tunnel's.</summary>
    public static TunnelException Told(NetlinkException refusal) =>
        new(refusal.IsPrivilegeMissing ? TunnelError.PermissionDenied : refusal.IsThereAlready ? TunnelError.AddressInUse : TunnelError.BadConfiguration, refusal.Message, inner: refusal);

    public void Dispose()
    {
        while (_undo.TryPop(out Action? action))
        {
            try
            {
                action();
            }
            catch (NetlinkException)
            {
                // Gone with the interface, or somebody else was quicker.
            }
        }

        _netlink.Dispose();
    }

    private void ApplyAll(LinkConfiguration link, string device, int mtu)
    {
        InterfaceStatus before = _netlink.Get(device);
        // A persistent interface that is as it should be needs no privilege.
        if (before.Mtu != mtu) Change(device, new InterfaceChange { Mtu = mtu }, new InterfaceChange { Mtu = before.Mtu });
        LimitSegments(device, mtu);
        if (link.Bridge is { } bridge) Join(device, bridge, before.Master);
        if (!before.IsUp) Change(device, new InterfaceChange { IsUp = true }, new InterfaceChange { IsUp = false });
        IReadOnlyList<InterfaceAddress> has = link.Addresses.Count > 0 ? _netlink.Addresses(device) : [];
        foreach (InterfaceAddress address in link.Addresses.Where(a => !has.Contains(a)))
        {
            _netlink.AddAddress(device, address);
            _undo.Push(() => _netlink.RemoveAddress(device, address));
        }

        foreach (Route route in link.Routes.Select(r => r with { Device = device }))
        {
            _netlink.AddRoute(route);
            _undo.Push(() => _netlink.RemoveRoute(route));
        }
    }

    /// <summary>A super-packet with the headers of its segments should fit into one send over UDP: a rest would cost as much as the whole.</summary>
    private void LimitSegments(string device, int mtu)
    {
        try
        {
            _netlink.Change(device, new InterfaceChange { GsoMaximumSegments = Math.Clamp(MaximumSend / (mtu + HeadersInside), 1, MaximumSegments) });
        }
        catch (NetlinkException)
        {
            // Without the privilege, on an interface of one's own: it is only slower.
        }
    }

    private void Join(string device, string bridge, int masterBefore)
    {
        if (_netlink.Find(bridge) is not { } master)
        {
            _netlink.CreateBridge(bridge);
            // Another link may have joined it since.
            _undo.Push(() =>
            {
                if (_netlink.Find(bridge) is { } made && !_netlink.List().Any(i => i.Master == made.Index && i.Name != device)) _netlink.Delete(bridge);
            });
            master = _netlink.Get(bridge);
        }

        if (!master.IsUp) _netlink.Change(bridge, new InterfaceChange { IsUp = true });
        if (masterBefore != master.Index) Change(device, new InterfaceChange { Master = bridge }, new InterfaceChange { Master = masterBefore == 0 ? "" : _netlink.Find(masterBefore)?.Name ?? "" });
    }

    private void Change(string device, InterfaceChange change, InterfaceChange back)
    {
        _netlink.Change(device, change);
        _undo.Push(() => _netlink.Change(device, back));
    }
}
