using System.Net;
using Adit.Core;
using Adit.Core.Links;
using Adit.Core.Overhead;
using Adit.Core.Streams;
using Adit.Gateway.Configuration;
using Adit.Gateway.Hops;
using Adit.Gateway.State;
using Adit.Links.Capture;
using Adit.Links.Delivery;
using Adit.Links.Devices;
using Adit.Links.Encapsulation;
using Adit.Platform.Netlink;
using Adit.Platform.Packets;
using Adit.Platform.Processes;
using Adit.Wire.Pcapng;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Links;

/// <summary>
/// From a configuration to a running link. Theory of operation: what may fail for want of a privilege or a free address comes first (delivery, interface), then what is seen from outside
/// (addresses, routes), and last the two threads that move packets. Whatever fails takes everything back that came before it. Interfaces and sockets belong to the network namespace of the thread
/// that opens them.
/// </summary>
public static partial class LinkFactory
{
    /// <summary>Opens a link; a stream goes without hops.</summary>
    /// <param name="link">What it is; in order by the rules of configurations.</param>
    /// <param name="logger">Hears of loops and lost streams.</param>
    /// <param name="network">The network inside this process that its interface and its sockets belong to; null for the process's own. A stream is dialled and awaited in the process's own.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    /// <exception cref="TunnelException">It cannot be opened.</exception>
    public static Task<RunningLink> OpenAsync(LinkConfiguration link, ILogger logger, IsolatedNetwork? network = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(link);
        return OpenAsync(link, new LinkContext(logger, () => new HopRegistry(new Dictionary<string, HopFactory>()).Chain([], new SocketDialer()), () => ValueTask.CompletedTask, network), cancellationToken);
    }

    /// <summary>Opens a link.</summary>
    /// <param name="link">What it is; in order by the rules of configurations.</param>
    /// <param name="context">What it needs.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    /// <exception cref="TunnelException">It cannot be opened.</exception>
    internal static async Task<RunningLink> OpenAsync(LinkConfiguration link, LinkContext context, CancellationToken cancellationToken = default)
    {
        if (link.Type is LinkType.Stream or LinkType.Ssh) return await OpenStreamAsync(link, context, cancellationToken).ConfigureAwait(false);
        LinkEnds ends = await LinkEnds.ResolveAsync(link, cancellationToken).ConfigureAwait(false);
        IPAddress[] remotes = [.. ends.Remotes.Select(r => r.Address)];
        var recorders = new List<PacketRecorder>();
        IDelivery delivery = context.Within(() => Tunnels.Deliver(link, ends));
        EncapsulatingLink tunnel;
        try
        {
            IDelivery carrier = delivery;
            foreach (LinkCapture capture in link.Captures.Where(c => c.IsOuter))
            {
                PacketRecorder recorder = PacketRecorder.Create(HomePath.Expand(capture.Path), PcapngLinkType.Raw, delivery.Name);
                recorders.Add(recorder);
                carrier = new CaptureDelivery(carrier, recorder, Tunnels.ProtocolOf(link), Tunnels.LimitOf(link, ends));
            }

            tunnel = Tunnels.Encapsulate(link, ends, carrier);
        }
        catch
        {
            await delivery.DisposeAsync().ConfigureAwait(false);
            foreach (PacketRecorder each in recorders) await each.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return await JoinAsync(link, tunnel, delivery, tunnel.Mtu, remotes, recorders, context).ConfigureAwait(false);
    }

    private static async Task<RunningLink> OpenStreamAsync(LinkConfiguration link, LinkContext context, CancellationToken cancellationToken)
    {
        int mtu = link.Mtu ?? ProtocolStack.UsualMtu;
        if (link is { Type: LinkType.Stream, Local: { } local })
        {
            IStreamListener listener = await new SocketBinder().BindAsync(StreamTunnels.DestinationOf(local), cancellationToken).ConfigureAwait(false);
            return await JoinAsync(link, StreamTunnels.Accept(link, listener, context), null, mtu, [], [], context, listener).ConfigureAwait(false);
        }

        HopChain chain = context.Chain!();
        var release = new Releasing(context.Release!);
        RenewedLink tunnel = link.Type == LinkType.Ssh ? StreamTunnels.Ssh(link, chain, context) : StreamTunnels.Dial(link, chain, context);
        try
        {
            await tunnel.First.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (TunnelException e) when (e.Error is TunnelError.ConnectionRefused or TunnelError.Unreachable or TunnelError.TimedOut or TunnelError.HopUnreachable or TunnelError.ConnectionLost or TunnelError.Reset)
        {
            // The far end may start later than this one, as it may go and come again.
            LogNotThereYet(context.Logger, tunnel.Name, e.Message);
        }
        catch
        {
            await tunnel.DisposeAsync().ConfigureAwait(false);
            await release.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return await JoinAsync(link, tunnel, null, mtu, [], [], context, release, chain).ConfigureAwait(false);
    }

    private static async Task<RunningLink> JoinAsync(LinkConfiguration link, ILink tunnel, IDelivery? delivery, int mtu, IPAddress[] remotes, List<PacketRecorder> recorders, LinkContext context, IAsyncDisposable? owned = null, HopChain? chain = null)
    {
        ILink outward = link.Fault is { } fault ? new FaultLink(tunnel, fault) : tunnel;
        IReadOnlyList<TunDevice> devices = [];
        InterfaceSetup? setup = null;
        LoopGuard? guard = null;
        try
        {
            var options = new TunOptions { Name = link.Dev, IsTap = link.CarriesEthernet, Persistent = link.Persistent, Owner = OwnerOf(link) };
            devices = context.Within(() => TunDevice.Open(options, mtu, link.Queues ?? 1));
            TunDevice device = devices[0];
            foreach (LinkCapture capture in link.Captures.Where(c => !c.IsOuter))
            {
                PacketRecorder recorder = PacketRecorder.Create(HomePath.Expand(capture.Path), CaptureLink.LinkTypeOf(tunnel.Properties.Medium), device.Name);
                recorders.Add(recorder);
                outward = new CaptureLink(outward, recorder);
            }

            string name = device.Name;
            setup = context.Within(() => InterfaceSetup.Apply(link, name, mtu));
            if (remotes.Length > 0) guard = context.Within(() => LoopGuard.Start(name, remotes, context.Logger));
            return new RunningLink(LinkBridge.Start(device, outward, [.. devices.Skip(1)]), device, tunnel, delivery, setup, guard, mtu, [.. recorders, .. owned is null ? [] : new[] { owned }])
            {
                Captures = recorders, Hops = chain, Listener = owned as IStreamListener,
            };
        }
        catch (Exception e)
        {
            if (guard is not null) await guard.DisposeAsync().ConfigureAwait(false);
            setup?.Dispose();
            foreach (TunDevice each in devices) await each.DisposeAsync().ConfigureAwait(false);
            await outward.DisposeAsync().ConfigureAwait(false);
            foreach (PacketRecorder each in recorders) await each.DisposeAsync().ConfigureAwait(false);
            if (owned is not null) await owned.DisposeAsync().ConfigureAwait(false);
            if (e is NetlinkException refusal) throw InterfaceSetup.Told(refusal);
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Name}: not connected yet: {Reason}")]
    private static partial void LogNotThereYet(ILogger logger, string name, string reason);

    private sealed class Releasing(Func<ValueTask> release) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => release();
    }

    private static uint? OwnerOf(LinkConfiguration link)
    {
        if (link.Owner is not { } owner) return null;
        if (uint.TryParse(owner, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out uint number)) return number;
        return UserAccount.Find(owner)?.UserId ?? throw new TunnelException(TunnelError.BadConfiguration, $"owner: expected an account of this machine, got {owner}");
    }
}
