using System.Net;
using Adit.Core;
using Adit.Core.Links;
using Adit.Gateway.Configuration;
using Adit.Links.Delivery;
using Adit.Links.Devices;
using Adit.Links.Encapsulation;
using Adit.Platform.Netlink;
using Adit.Platform.Packets;
using Adit.Platform.Processes;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Links;

/// <summary>
/// From a configuration to a running link. Theory of operation: what may fail for want of a privilege or a free address comes first (delivery, interface), then what is seen from outside
/// (addresses, routes), and last the two threads that move packets. Whatever fails takes everything back that came before it.
/// </summary>
internal static class LinkFactory
{
    /// <summary>Opens a link.</summary>
    /// <param name="link">What it is; in order by the rules of configurations.</param>
    /// <param name="logger">Hears of loops.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    /// <exception cref="TunnelException">It cannot be opened.</exception>
    public static async Task<RunningLink> OpenAsync(LinkConfiguration link, ILogger logger, CancellationToken cancellationToken = default)
    {
        LinkEnds ends = await LinkEnds.ResolveAsync(link, cancellationToken).ConfigureAwait(false);
        // One thread from here on: interfaces and sockets belong to the network namespace of the thread that opens them.
        IPAddress[] remotes = [.. ends.Remotes.Select(r => r.Address)];
        IDelivery delivery = Tunnels.Deliver(link, ends);
        EncapsulatingLink tunnel;
        try
        {
            tunnel = Tunnels.Encapsulate(link, ends, delivery);
        }
        catch
        {
            await delivery.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        ILink outward = link.Fault is { } fault ? new FaultLink(tunnel, fault) : tunnel;
        return await JoinAsync(link, outward, tunnel, delivery, tunnel.Mtu, remotes, logger).ConfigureAwait(false);
    }

    private static async Task<RunningLink> JoinAsync(LinkConfiguration link, ILink outward, ILink tunnel, IDelivery? delivery, int mtu, IPAddress[] remotes, ILogger logger)
    {
        TunDevice? device = null;
        InterfaceSetup? setup = null;
        LoopGuard? guard = null;
        try
        {
            device = TunDevice.Open(new TunOptions { Name = link.Dev, IsTap = link.CarriesEthernet, Persistent = link.Persistent, Owner = OwnerOf(link) }, mtu);
            setup = InterfaceSetup.Apply(link, device.Name, mtu);
            if (remotes.Length > 0) guard = LoopGuard.Start(device.Name, remotes, logger);
            if (tunnel is EncapsulatingLink encapsulating) encapsulating.AnswerTo(device);
            return new RunningLink(LinkBridge.Start(device, outward), device, tunnel, delivery, setup, guard, mtu, []);
        }
        catch (Exception e)
        {
            if (guard is not null) await guard.DisposeAsync().ConfigureAwait(false);
            setup?.Dispose();
            if (device is not null) await device.DisposeAsync().ConfigureAwait(false);
            await outward.DisposeAsync().ConfigureAwait(false);
            if (e is NetlinkException refusal) throw InterfaceSetup.Told(refusal);
            throw;
        }
    }

    private static uint? OwnerOf(LinkConfiguration link)
    {
        if (link.Owner is not { } owner) return null;
        if (uint.TryParse(owner, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out uint number)) return number;
        return UserAccount.Find(owner)?.UserId ?? throw new TunnelException(TunnelError.BadConfiguration, $"owner: expected an account of this machine, got {owner}");
    }
}
