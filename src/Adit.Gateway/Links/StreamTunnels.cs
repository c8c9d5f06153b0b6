using Adit.Core;
using Adit.Core.Links;
using Adit.Core.Streams;
using Adit.Gateway.Configuration;
using Adit.Gateway.Hops;

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
