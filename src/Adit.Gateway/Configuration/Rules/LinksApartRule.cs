namespace Adit.Gateway.Configuration.Rules;

/// <summary>No two links have one interface, or ends and keys that cannot be told apart.</summary>
internal sealed class LinksApartRule : IConfigurationRule
{
    /// <inheritdoc/>
    public IEnumerable<(string Path, string Message)> Check(AditConfiguration configuration)
    {
        var devices = new Dictionary<string, int>(StringComparer.Ordinal);
        var ends = new Dictionary<string, int>(StringComparer.Ordinal);
        var captures = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < configuration.Links.Count; i++)
        {
            LinkConfiguration link = configuration.Links[i];
            if (link.Dev is { } dev && !dev.Contains('%', StringComparison.Ordinal) && !devices.TryAdd(dev, i)) yield return ($"links[{i}].dev", $"expected an interface of its own, got {dev}, as in links[{devices[dev]}]");
            foreach (LinkCapture capture in link.Captures)
                if (!captures.TryAdd(capture.Path, i) && captures[capture.Path] != i) yield return ($"links[{i}].capture", $"expected a file of its own, got {capture.Path}, as in links[{captures[capture.Path]}]");
            if (Identity(link) is { } identity && !ends.TryAdd(identity, i)) yield return ($"links[{i}]", $"expected other ends or another key than links[{ends[identity]}] has: packets of the two cannot be told apart");
        }
    }

    // What a packet that comes in is told by.
    private static string? Identity(LinkConfiguration link) => link.Type switch
    {
        LinkType.Gre or LinkType.Ip6Gre or LinkType.Gretap or LinkType.Ip6Gretap => $"gre {link.CarriesEthernet} {link.Local} {string.Join(',', link.Remote)} {link.Key}",
        LinkType.Ipip or LinkType.Sit or LinkType.Ip6Tnl or LinkType.EtherIp => $"{link.Type} {link.Local} {string.Join(',', link.Remote)}",
        LinkType.Vxlan or LinkType.Geneve => $"udp {link.Local?.Address} {link.Local?.Port ?? LinkStacks.PortOf(link)}",
        LinkType.Udp when (link.Local?.Port ?? link.Port) is { } port => $"udp {link.Local?.Address} {port}",
        LinkType.Stream when link.Local is { Port: not 0 } local => $"tcp {local}",
        _ => null,
    };
}
