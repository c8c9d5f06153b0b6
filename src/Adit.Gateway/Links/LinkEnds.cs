using System.Net;
using System.Net.Sockets;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Gateway.Configuration;

namespace Adit.Gateway.Links;

/// <summary>The ends of a delivered link, names resolved. Immutable.</summary>
/// <param name="Local">This end; the unspecified address where the system chooses.</param>
/// <param name="Remotes">The far ends in the order of the configuration, then those of static forwards that are not among them.</param>
/// <param name="Floods">How many of them, from the first, get frames for groups and unknown addresses.</param>
internal sealed record LinkEnds(IPEndPoint Local, IReadOnlyList<IPEndPoint> Remotes, int Floods)
{
    /// <summary>Resolves what a configuration names.</summary>
    /// <param name="link">The link.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">A name is not known, or the families differ.</exception>
    public static async Task<LinkEnds> ResolveAsync(LinkConfiguration link, CancellationToken cancellationToken)
    {
        AddressFamily family = link.Local?.Address?.AddressFamily ?? FamilyOf(link);
        int port = LinkStacks.PortOf(link);
        var remotes = new List<IPEndPoint>();
        foreach (LinkPlace place in link.Remote)
        {
            IPAddress address = place.Address ?? (await NameResolver.ResolveAsync(place.Host, family, cancellationToken).ConfigureAwait(false))[0];
            var remote = new IPEndPoint(address, place.Port ?? port);
            if (!remotes.Contains(remote)) remotes.Add(remote);
        }

        int floods = remotes.Count;
        foreach (LinkForward forward in link.Forward)
        {
            if (!remotes.Exists(r => r.Address.Equals(forward.Remote))) remotes.Add(new IPEndPoint(forward.Remote, port));
        }

        bool isIpv6 = (link.Local?.Address ?? remotes[0].Address).AddressFamily == AddressFamily.InterNetworkV6;
        if (remotes.Find(r => (r.AddressFamily == AddressFamily.InterNetworkV6) != isIpv6) is { } other)
            throw new TunnelException(TunnelError.BadConfiguration, $"remote: expected {(isIpv6 ? "IPv6" : "IPv4")}, as the other addresses, got {other.Address}");
        return new LinkEnds(new IPEndPoint(link.Local?.Address ?? (isIpv6 ? IPAddress.IPv6Any : IPAddress.Any), link.Local?.Port ?? (port != 0 ? port : remotes[0].Port)), remotes, floods);
    }

    private static AddressFamily FamilyOf(LinkConfiguration link) => link.Type switch
    {
        LinkType.Ipip or LinkType.Sit => AddressFamily.InterNetwork,
        LinkType.Ip6Tnl or LinkType.Ip6Gre or LinkType.Ip6Gretap => AddressFamily.InterNetworkV6,
        _ => link.Forward.Count > 0 ? link.Forward[0].Remote.AddressFamily : AddressFamily.Unspecified,
    };
}
