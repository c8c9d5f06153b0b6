using System.Globalization;
using Adit.Core;
using Adit.Core.Links;
using Adit.Core.Streams;
using Adit.Gateway.Configuration;
using Adit.Gateway.Hops;
using Adit.Ssh.Config;
using Adit.Ssh.Tunnels;

namespace Adit.Gateway.Links;

/// <summary>From a configuration to a tunnel over a stream.</summary>
internal static class StreamTunnels
{
    /// <summary>A stream that this side dials, through hops or without.</summary>
    public static RenewedLink Dial(LinkConfiguration link, HopChain chain, LinkContext context)
    {
        Destination to = DestinationOf(link.Remote[0]);
        Medium medium = MediumOf(link);
        return new RenewedLink($"stream to {to}", PropertiesOf(medium), async token => new StreamLink(await chain.DialAsync(new DialRequest(to), token).ConfigureAwait(false), $"stream to {to}", medium), false, context.Logger);
    }

    /// <summary>The tunnel channel of the last hop's session.</summary>
    public static RenewedLink Ssh(LinkConfiguration link, HopChain chain, LinkContext context)
    {
        TunnelMode mode = link.CarriesEthernet ? TunnelMode.Ethernet : TunnelMode.PointToPoint;
        int? unit = link.Remote.Count > 0 && TryUnit(link.Remote[0], link.CarriesEthernet, out int? number) ? number : null;
        return new RenewedLink($"ssh to {link.Via[^1]}", PropertiesOf(MediumOf(link)), async token => await chain.OpenTunnelAsync(mode, unit, token).ConfigureAwait(false), false, context.Logger);
    }

    /// <summary>Reads the far device of an SSH tunnel: <c>tun5</c>, <c>tap5</c> or <c>any</c>.</summary>
    /// <param name="place">What was configured.</param>
    /// <param name="isEthernet">Which of the first two it must be.</param>
    /// <param name="unit">Its number; null for any.</param>
    public static bool TryUnit(LinkPlace place, bool isEthernet, out int? unit)
    {
        unit = null;
        if (place is { Host: "any", Port: null }) return true;
        if (!place.Host.StartsWith(isEthernet ? "tap" : "tun", StringComparison.Ordinal) || !int.TryParse(place.Host.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number > TunnelUnits.Most) return false;
        unit = number;
        return true;
    }

    /// <summary>A stream that the other side dials.</summary>
    /// <param name="link">The link.</param>
    /// <param name="listener">Where it does.</param>
    /// <param name="context">What it needs.</param>
    public static RenewedLink Accept(LinkConfiguration link, IStreamListener listener, LinkContext context)
    {
        Medium medium = MediumOf(link);
        return new RenewedLink($"stream on {listener.BoundAt}", PropertiesOf(medium), async token =>
        {
            Incoming incoming = await listener.AcceptAsync(token).ConfigureAwait(false) ?? throw new OperationCanceledException();
            return new StreamLink(incoming.Stream, $"stream from {incoming.Source?.ToString() ?? "a local process"}", medium);
        }, true, context.Logger);
    }

    /// <summary>Where a place leads.</summary>
    public static Destination DestinationOf(LinkPlace place) => place.IsUnix ? new UnixDestination(place.Host[5..]) : new TcpDestination(place.Host, place.Port!.Value);

    private static Medium MediumOf(LinkConfiguration link) => link.CarriesEthernet ? Medium.Ethernet : Medium.Ip;

    private static LinkProperties PropertiesOf(Medium medium) => new() { Medium = medium, SendLimit = ushort.MaxValue };
}
