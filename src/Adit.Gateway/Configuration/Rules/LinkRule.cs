using System.Net;
using System.Net.Sockets;
using Adit.Core.Hops;
using Adit.Gateway.Links;

namespace Adit.Gateway.Configuration.Rules;

/// <summary>A link has a type, the ends that its type needs, of one family, and no keys that its type does not know.</summary>
internal sealed class LinkRule : IConfigurationRule
{
    /// <inheritdoc/>
    public IEnumerable<(string Path, string Message)> Check(AditConfiguration configuration)
    {
        for (int i = 0; i < configuration.Links.Count; i++)
        {
            string at = $"links[{i}]";
            if (configuration.Links[i].Type is not { } type)
            {
                yield return (at, "expected the key 'type', got none");
                continue;
            }

            foreach ((string key, string message) in Keys(configuration.Links[i], type).Concat(Ends(configuration.Links[i], type)).Concat(Device(configuration.Links[i], type)))
                yield return (key.Length == 0 ? at : $"{at}.{key}", message);
        }
    }

    private static IEnumerable<(string Key, string Message)> Keys(LinkConfiguration link, LinkType type)
    {
        string word = LinkTypes.Of(type).Word;
        foreach (var key in LinkKeys.Table.Where(k => !LinkTypes.Takes(type, k.Name) && k.Write(link) is not null))
            yield return (key.Name, $"expected none, for {word} has no {key.Name}; got {key.Write(link) switch { List<string> texts => string.Join(", ", texts), bool b => b ? "true" : "false", var other => other }}");
    }

    private static IEnumerable<(string Key, string Message)> Ends(LinkConfiguration link, LinkType type)
    {
        if (type == LinkType.Ssh)
        {
            if (link.Via.Count == 0 || link.Via[^1].Scheme.Name != "ssh") yield return ("via", $"expected an ssh:// hop last, whose tunnel channel it is, got {(link.Via.Count == 0 ? "none" : link.Via[^1])}");
            if (link.Remote.Count > 1) yield return ("remote", $"expected one, got {link.Remote.Count}");
            else if (link.Remote.Count == 1 && !StreamTunnels.TryUnit(link.Remote[0], link.CarriesEthernet, out _)) yield return ("remote", $"expected the server's interface, any or {(link.CarriesEthernet ? "tap0, tap1" : "tun0, tun1")}, …, got {link.Remote[0]}");
            yield break;
        }

        if (type == LinkType.Stream)
        {
            if ((link.Local is null) == (link.Remote.Count == 0)) yield return ("", "expected one of the keys 'local' (to listen) and 'remote' (to connect), got " + (link.Local is null ? "none" : "both"));
            if (link.Local is not null && link.Via.Count > 0) yield return ("via", "expected none where it listens");
            for (int i = 0; i < link.Via.Count; i++)
            {
                if (link.Via[i].Scheme.Kind == HopKind.Carrier && (i + 1 == link.Via.Count || link.Via[i + 1].Scheme.Name != "ssh"))
                    yield return ("via", $"expected an ssh:// hop behind {link.Via[i]}, which ends at a gateway's SSH server, got {(i + 1 == link.Via.Count ? "none" : link.Via[i + 1])}");
            }
        }

        bool isMany = type is LinkType.Vxlan or LinkType.Geneve;
        if (type != LinkType.Stream && link.Remote.Count == 0 && !(isMany && link.Forward.Count > 0)) yield return ("", "expected the key 'remote', got none");
        if (!isMany && link.Remote.Count > 1) yield return ("remote", $"expected one, got {link.Remote.Count}");
        if (type == LinkType.Vxlan && link.Vni is null) yield return ("", "expected the key 'vni', got none");
        bool hasPorts = type is LinkType.Vxlan or LinkType.Geneve or LinkType.Udp or LinkType.Stream;
        foreach ((LinkPlace place, string key) in link.Remote.Select(r => (r, "remote")).Concat(link.Local is { } local ? [(local, "local")] : []))
        {
            if (place.Port is not null && !hasPorts) yield return (key, $"expected an address without a port, got {place}");
            if (place.IsUnix && type != LinkType.Stream) yield return (key, $"expected an address, got {place}");
            if (place is { Port: null, IsUnix: false } && type == LinkType.Stream) yield return (key, $"expected ADDRESS:PORT or unix:PATH, got {place}");
            if (place.Port is null && type == LinkType.Udp && link.Port is null) yield return (key, $"expected a port there or in 'port', got {place}");
            if (key == "local" && place.Address is null && type != LinkType.Stream) yield return (key, $"expected an address of this machine, got {place}");
        }

        if (type == LinkType.Stream) yield break;
        IPAddress[] addresses = [.. link.Remote.Select(r => r.Address).Append(link.Local?.Address).Concat(link.Forward.Select(f => f.Remote)).OfType<IPAddress>()];
        if (addresses.Select(a => a.AddressFamily).Distinct().Count() > 1) yield return ("remote", "expected addresses of one family, got IPv4 and IPv6");
        bool? needsIpv6 = type switch { LinkType.Ipip or LinkType.Sit => false, LinkType.Ip6Tnl or LinkType.Ip6Gre or LinkType.Ip6Gretap => true, _ => null };
        if (needsIpv6 is { } six && Array.Find(addresses, a => (a.AddressFamily == AddressFamily.InterNetworkV6) != six) is { } wrong)
            yield return (link.Remote.Any(r => wrong.Equals(r.Address)) ? "remote" : "local", $"expected {(six ? "IPv6" : "IPv4")}, over which {LinkTypes.Of(type).Word} goes, got {wrong}");
        if (link.EncapLimit is not null && addresses.Length > 0 && addresses[0].AddressFamily == AddressFamily.InterNetwork) yield return ("encap-limit", "expected none over IPv4, which has none");
    }

    private static IEnumerable<(string Key, string Message)> Device(LinkConfiguration link, LinkType type)
    {
        if (link.Bridge is not null && !link.CarriesEthernet) yield return ("bridge", $"expected an Ethernet link, got {LinkTypes.Of(type).Word}{(LinkTypes.Takes(type, "mode") ? " with mode ip" : "")}");
        if (link.Bridge is { } bridge && bridge == link.Dev) yield return ("bridge", $"expected another name than that of dev, got {bridge}");
        if (link is { Persistent: true, Dev: null }) yield return ("persistent", "expected dev beside it, got none");
        if (link.Captures.GroupBy(c => c.Path).FirstOrDefault(g => g.Count() > 1) is { } twice) yield return ("capture", $"expected a file of its own for each layer, got {twice.Key} twice");
        if (link.Captures.Any(c => c.IsOuter) && type is LinkType.Stream or LinkType.Ssh) yield return ("capture", "expected a file without outer=, for a stream has no packets outside");
        if (link.CarriedVersion is var version and > 0 && link.Versions.Any(v => v != version))
            yield return (link.Addresses.Any(a => (a.Address.AddressFamily == AddressFamily.InterNetwork) != (version == 4)) ? "address" : "route", $"expected IPv{version}, which {LinkTypes.Of(type).Word} carries{(type == LinkType.Ip6Tnl ? " here (one link for each version)" : "")}, got IPv{(version == 4 ? 6 : 4)}");
        foreach (var route in link.Routes.Where(r => r.Source is { } source && !link.Addresses.Any(a => a.Address.Equals(source)))) yield return ("route", $"expected src to be one of address, got {route.Source}");
    }
}
