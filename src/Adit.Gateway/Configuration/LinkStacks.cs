using Adit.Core.Overhead;

namespace Adit.Gateway.Configuration;

/// <summary>The stack of protocols that a link is, for <see cref="ProtocolStack"/>.</summary>
internal static class LinkStacks
{
    /// <summary>The stack, outermost first, down to the IP packets inside.</summary>
    /// <param name="link">The link; with a type.</param>
    /// <param name="outerIsIpv6">Whether it is delivered over IPv6.</param>
    public static ProtocolStack Of(LinkConfiguration link, bool outerIsIpv6)
    {
        bool isRaw = link.Type is not (LinkType.Vxlan or LinkType.Geneve or LinkType.Udp or LinkType.Stream or LinkType.Ssh);
        string outer = !outerIsIpv6 ? "ip4" : isRaw && link.EncapLimit is null or >= 0 ? "ip6+encaplimit" : "ip6";
        string inner = link.CarriesEthernet ? "eth/ip4" : "ip4";
        string gre = $"gre{(link.Checksum == true ? "+csum" : "")}{(link.Key is not null ? "+key" : "")}{(link.Sequence == true ? "+seq" : "")}";
        return ProtocolStack.Parse(link.Type switch
        {
            LinkType.Gre or LinkType.Ip6Gre or LinkType.Gretap or LinkType.Ip6Gretap => $"{outer}/{gre}/{inner}",
            LinkType.Sit => $"{outer}/ip6",
            LinkType.Ipip or LinkType.Ip6Tnl => $"{outer}/ip{link.CarriedVersion}",
            LinkType.EtherIp => $"{outer}/etherip/{inner}",
            LinkType.Vxlan => $"{outer}/udp/vxlan/{inner}",
            LinkType.Geneve => $"{outer}/udp/geneve/{inner}",
            LinkType.Udp => $"{outer}/udp/{inner}",
            LinkType.Stream => $"{outer}/tcp/framed/{inner}",
            _ => $"{outer}/tcp/ssh/{inner}",
        });
    }

    /// <summary>Whether it is delivered over IPv6, as far as its places tell; false where they are names.</summary>
    public static bool IsIpv6(LinkConfiguration link) =>
        link.Type is LinkType.Ip6Tnl or LinkType.Ip6Gre or LinkType.Ip6Gretap
        || (link.Remote.Concat(link.Local is { } local ? [local] : []).Select(p => p.Address).FirstOrDefault(a => a is not null)?.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6);

    /// <summary>The UDP port of a type: what was configured, else the registered one; 0 for none.</summary>
    public static int PortOf(LinkConfiguration link) => link.Port ?? link.Type switch { LinkType.Vxlan => 4789, LinkType.Geneve => 6081, _ => 0 };
}
