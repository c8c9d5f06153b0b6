using System.Globalization;
using Adit.Core.Overhead;
using Adit.Gateway.Composition;
using Adit.Gateway.Configuration;
using Adit.Gateway.Links;

namespace Adit.Gateway.Planning;

/// <summary>From an item of <c>links:</c> to what it would do.</summary>
internal static class LinkPlanner
{
    /// <summary>The section, its hops left out.</summary>
    public static PlannedSection Plan(LinkConfiguration link, int index)
    {
        LinkType type = link.Type!.Value;
        ProtocolStack stack = LinkStacks.Of(link, LinkStacks.IsIpv6(link));
        string device = link.Dev ?? (link.CarriesEthernet ? "tap%d" : "tun%d");
        bool isStream = type is LinkType.Stream or LinkType.Ssh;
        string to = type == LinkType.Ssh ? link.Via[^1].ToString() : link.Remote.Count > 0 ? string.Join(", ", link.Remote) : link.Forward.Count > 0 ? string.Join(", ", link.Forward.Select(f => f.Remote).Distinct()) : "whoever connects";
        return new PlannedSection
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"links[{index}]"),
            Kind = "link",
            Listeners = [.. Listeners(link, type)],
            Target = $"{to}, by {LinkTypes.Of(type).Means}",
            Files = [.. link.Captures.Select(c => new PlannedFile("capture", c.Path, File.Exists(c.Path) ? "replaced" : "made")), .. isStream ? SectionFiles.Of(link).Select(f => SectionPlanner.Look(f)).Distinct() : []],
            Routes = [.. link.Routes.Select(r => $"route add {r with { Device = device }}")],
            Interface = new PlannedInterface(device, link.CarriesEthernet ? "tap" : "tun", link.Mtu ?? stack.InnerMtu(), stack.ToString(), [.. link.Addresses.Select(a => a.ToString())], link.Bridge),
        };
    }

    /// <summary>What should be known about it.</summary>
    public static IEnumerable<(string Path, string Message)> Warnings(LinkConfiguration link, string name, PlanEnvironment environment)
    {
        if (LinkProtection.WarningOf(link) is { } warning) yield return (name, warning);
        bool isRaw = link.Type is not (LinkType.Udp or LinkType.Vxlan or LinkType.Geneve or LinkType.Stream or LinkType.Ssh);
        if (!environment.IsRoot)
            yield return ($"{name}.type", $"needs CAP_NET_ADMIN{(isRaw ? " and CAP_NET_RAW" : "")}: root, or setcap cap_net_admin,cap_net_raw+ep{(isRaw ? "" : ", or a persistent interface that root made for this account")}");
        StackReport report = StackReport.Of(LinkStacks.Of(link, LinkStacks.IsIpv6(link)), ProtocolStack.UsualMtu, link.Mtu);
        if (report.Fragments > 1 && link.Mtu is not null) yield return ($"{name}.mtu", string.Create(CultureInfo.InvariantCulture, $"{link.Mtu} make {report.OuterOctets} outside, more than a path of {ProtocolStack.UsualMtu} takes: such packets are {(link.Pmtu == false ? "fragmented" : "refused (packet too big)")} there"));
        if (link.Type is LinkType.Stream or LinkType.Ssh) yield return ($"{name}.type", "packets within one stream: a loss outside delays all of them, and TCP inside suffers twice");
        if (link.Fault is not null) yield return ($"{name}.fault", $"harms what is sent, on purpose: {link.Fault}");
        if (link.Routes.Any(r => r.Destination.PrefixLength == 0)) yield return ($"{name}.route", "everything without a route of its own goes through this link: its remote needs one (else the start is refused)");
    }

    private static IEnumerable<PlannedListener> Listeners(LinkConfiguration link, LinkType type)
    {
        if (type == LinkType.Stream && link.Local is { IsUnix: true } path) yield return new(path.ToString(), "this account and root (mode 0600)", true);
        else if (type == LinkType.Stream && link.Local is { } local) yield return new(local.ToString(), local.Address is { } a && System.Net.IPAddress.IsLoopback(a) ? "this machine" : "whoever reaches it: the last that connects has the link", false);
        if (type is LinkType.Udp or LinkType.Vxlan or LinkType.Geneve)
            yield return new(string.Create(CultureInfo.InvariantCulture, $"{link.Local?.Host ?? "*"}:{link.Local?.Port ?? (LinkStacks.PortOf(link) is var port and not 0 ? port : link.Remote[0].Port)}/udp"), "the remotes, by their addresses, which can be forged", false);
    }
}
