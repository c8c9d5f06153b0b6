using Adit.Core;
using Adit.Core.Hops;
using Adit.Gateway.Configuration;
using Adit.Gateway.Forwards;
using Adit.Gateway.Hops;
using Adit.Gateway.Links;
using Adit.Gateway.Proxying;
using Adit.Gateway.Serving;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Composition;

/// <summary>From a configuration to sections.</summary>
public sealed partial class ServiceSet
{
    private List<SectionPlan> PlansOf(AditConfiguration configuration)
    {
        HopRegistry hops = BuiltInHops.Create(_options.Dialogue, _options.Loggers.CreateLogger("ssh"), SshConfigOf(configuration), name => UserCarriers.Find(configuration, name, "configuration"));
        var plans = new List<SectionPlan>();
        if (configuration.Gateway is { } gateway)
        {
            plans.Add(new SectionPlan(
                "gateway",
                SectionPlan.IdentityOf(gateway, configuration.State),
                [.. (gateway.Listen.Count > 0 ? gateway.Listen : [GatewayServer.DefaultListen]).Where(l => l.Port != 0).Select(l => $":{l.Port}")],
                token => GatewaySection.StartAsync(gateway, configuration.State, _options.Loggers, token)));
        }

        if (_options.GatewayOnly) return plans;
        ILogger forwardLogger = _options.Loggers.CreateLogger("forward");
        foreach ((ForwardConfiguration forward, int i) in configuration.Forwards.Select((f, i) => (f, i)))
        {
            string chain = SectionPlan.IdentityOf(forward.Via, configuration.SshConfig);
            plans.Add(new SectionPlan(
                $"forwards[{i}]",
                SectionPlan.IdentityOf(forward, configuration.SshConfig),
                [.. ForwardPair.Of(forward).Select(p => Place(p.Listen)).OfType<string>()],
                token => ForwardSection.StartAsync(forward, Acquire(chain, hops, forward.Via), () => _chains.ReleaseAsync(chain), forwardLogger, token)));
        }

        ILogger proxyLogger = _options.Loggers.CreateLogger("proxy");
        foreach ((ProxyConfiguration proxy, int i) in configuration.Proxies.Select((p, i) => (p, i)))
        {
            plans.Add(new SectionPlan(
                $"proxies[{i}]",
                SectionPlan.IdentityOf(proxy, configuration.SshConfig),
                [.. proxy.Listen.Where(l => l.IsUnix || l.Ports.First != 0).Select(l => l.Path ?? $":{l.Ports}")],
                async token =>
                {
                    ProxyServer server = await ProxyServer.StartAsync(proxy, hops, proxyLogger, _options.StandardOutput, token).ConfigureAwait(false);
                    if (server.Pin is { } pin) LogPin(proxyLogger, pin);
                    return new ProxySection(server);
                }));
        }

        ILogger linkLogger = _options.Loggers.CreateLogger("link");
        foreach ((LinkConfiguration link, int i) in configuration.Links.Select((l, i) => (l, i)))
        {
            string chain = SectionPlan.IdentityOf(link.Via, configuration.SshConfig);
            var context = new LinkContext(linkLogger, () => Acquire(chain, hops, link.Via), () => _chains.ReleaseAsync(chain));
            plans.Add(new SectionPlan($"links[{i}]", SectionPlan.IdentityOf(link, configuration.SshConfig), [.. PlacesOf(link)], token => LinkSection.StartAsync(link, context, token)));
        }

        return plans;
    }

    // What two links cannot both have: an interface, a port, a route, a file.
    private static IEnumerable<string> PlacesOf(LinkConfiguration link)
    {
        if (link.Dev is { } dev) yield return $"dev {dev}";
        if (link.Type is LinkType.Vxlan or LinkType.Geneve or LinkType.Udp && (link.Local?.Port ?? LinkStacks.PortOf(link)) is var port and not 0) yield return $":{port}/udp";
        if (link is { Type: LinkType.Stream, Local: { } local }) yield return local.IsUnix ? local.Host[5..] : $":{local.Port}";
        foreach (Platform.Netlink.Route route in link.Routes) yield return $"route {route.Destination} {route.Metric}";
        foreach (LinkCapture capture in link.Captures) yield return capture.Path;
    }

    private HopChain Acquire(string key, HopRegistry hops, IReadOnlyList<HopUri> via) => _chains.Acquire(key, first => hops.Chain(via, first));

    private static string? SshConfigOf(AditConfiguration configuration) =>
        configuration.SshConfig is { } file && file != "none" ? State.HomePath.Expand(file) : configuration.SshConfig;

    [LoggerMessage(Level = LogLevel.Information, Message = "certificate pin={Pin}")]
    private static partial void LogPin(ILogger logger, Core.Certificates.Pin pin);

    // Ports alone: whether an address and every address are in each other's way, only the kernel knows.
    private static string? Place(Destination at) => at switch
    {
        TcpDestination tcp => tcp.Port == 0 ? null : $":{tcp.Port}",
        UdpDestination udp => udp.Port == 0 ? null : $":{udp.Port}/udp",
        UnixDestination unix => unix.Path,
        _ => null,
    };
}
