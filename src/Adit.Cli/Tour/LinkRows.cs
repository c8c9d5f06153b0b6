using Adit.Core.Streams;
using Adit.Gateway.Links;
using Adit.Platform.Netlink;

namespace Adit.Cli.Tour;

/// <summary>Packet links, between two networks inside this process; as root.</summary>
internal static class LinkRows
{
    public static IReadOnlyList<TourRow> All { get; } =
    [
        Row("GRE", "ip4/gre+key/ip4/tcp", "gre --key 7", false),
        Row("Ethernet in GRE", "ip4/gre/eth/ip4/tcp", "gretap", false),
        Row("IPv4 in IPv4", "ip4/ip4/tcp", "ipip", false),
        Row("IPv6 in IPv4 (6in4)", "ip4/ip6/tcp", "sit", false, true),
        Row("IPv4 in IPv6", "ip6/ip4/tcp", "ip6tnl --encap-limit none", true),
        Row("GRE over IPv6", "ip6/gre/ip6/tcp", "ip6gre --encap-limit none", true, true),
        Row("Ethernet in GRE over IPv6", "ip6/gre/eth/ip4/tcp", "ip6gretap --encap-limit none", true),
        Row("EtherIP", "ip4/etherip/eth/ip4/tcp", "etherip", false),
        Row("VXLAN", "ip4/udp/vxlan/eth/ip4/tcp", "vxlan --vni 42", false),
        Row("GENEVE", "ip6/udp/geneve/eth/ip6/tcp", "geneve --vni 42", true, true),
        Row("IP over UDP", "ip4/udp/ip4/tcp", "udp --port 5000", false),
        Row("IP over a stream", "unix/framed/ip4/tcp", "stream", false),
    ];

    private static TourRow Row(string name, string stack, string words, bool outerIsIpv6, bool innerIsIpv6 = false)
    {
        bool isStream = words == "stream";
        string ends = isStream ? "--remote tunnel.example:7000 --via ssh://me@bastion" : outerIsIpv6 ? "--remote 2001:db8::2" : "--remote 192.0.2.2";
        return new TourRow(name, stack, $"adit link {words} {ends} --address {(innerIsIpv6 ? "fd00::1/64" : "10.0.0.1/30")}", async (site, cancellationToken) =>
        {
            LinkSite links = site.Links;
            string? path = isStream ? site.NewSocketPath() : null;
            RunningLink far = await links.OpenAsync(words, isNear: false, outerIsIpv6, innerIsIpv6, path, cancellationToken).ConfigureAwait(false);
            try
            {
                RunningLink near = await links.OpenAsync(words, isNear: true, outerIsIpv6, innerIsIpv6, path, cancellationToken).ConfigureAwait(false);
                try
                {
                    TourEcho echo = links.Echo(innerIsIpv6);
                    DuplexStream stream = await links.DialAsync(innerIsIpv6, echo.At, cancellationToken).ConfigureAwait(false);
                    return new TourTunnel(stream, () => Octets(near), "no", echo, near, far);
                }
                catch
                {
                    await near.DisposeAsync().ConfigureAwait(false);
                    throw;
                }
            }
            catch
            {
                await far.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        })
        {
            Missing = () => !NetworkPrivilege.MayChange || !NetworkPrivilege.MayOpenRaw ? "needs root, for networks of its own"
                : !File.Exists("/dev/net/tun") ? "needs /dev/net/tun" : null,
        };
    }

    // Whole packets outside; of a stream its octets.
    private static (long Sent, long Received) Octets(RunningLink link)
    {
        if (link.Delivery is not { } delivery) return (link.Tunnel.Counters.SentOctets + (2 * link.Tunnel.Counters.SentSegments), link.Tunnel.Counters.ReceivedOctets + (2 * link.Tunnel.Counters.ReceivedSegments));
        return (delivery.Counters.SentOctets + (delivery.HeaderLength * delivery.Counters.SentSegments), delivery.Counters.ReceivedOctets + (delivery.HeaderLength * delivery.Counters.ReceivedSegments));
    }
}
