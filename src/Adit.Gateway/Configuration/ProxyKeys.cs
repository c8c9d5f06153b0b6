using System.Globalization;
using Adit.Core.Policy;
using Adit.Gateway.Configuration.Yaml;
using Adit.Gateway.Forwards;
using Adit.Gateway.Proxying;
using Adit.Proxies.Inspection;

namespace Adit.Gateway.Configuration;

/// <summary>The keys of an item of <c>proxies:</c>.</summary>
internal static class ProxyKeys
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static readonly (string, TransparentMode)[] Modes =
        [("off", TransparentMode.Off), ("false", TransparentMode.Off), ("redirect", TransparentMode.Redirect), ("true", TransparentMode.Redirect), ("tproxy", TransparentMode.Tproxy)];

    public static IReadOnlyList<YamlKey<ProxyConfiguration>> Table { get; } =
    [
        new("listen", (p, n) => p with { Listen = n.ListOf(Endpoint) }, p => p.Listen.Select(l => l.ToString()).ToList()),
        new("via", (p, n) => p with { Via = n.ListOf(HopText.Read) }, p => p.Via.Count == 0 ? null : p.Via.Select(HopText.Write).ToList()),
        new("rules", (p, n) => p with { Rules = [.. p.Rules, .. n.ListOf(Rule)] }, p => p.Rules.Count == 0 ? null : p.Rules.Select(r => r.ToString()).ToList()),
        new("allow", (p, n) => p with { Rules = [.. p.Rules, .. n.ListOf(r => Rule(r, r.Text("HOST[:PORT]"), allow: true))] }, _ => null),
        new("deny", (p, n) => p with { Rules = [.. p.Rules, .. n.ListOf(r => Rule(r, r.Text("HOST[:PORT]"), allow: false))] }, _ => null),
        new("user", (p, n) => p with { Users = n.ListOf(User) }, p => p.Users.Count == 0 ? null : p.Users.Select(ProxyUserList.Shown).ToList()),
        new("inspect-connect", (p, n) => p with { InspectConnect = Inspection(n) }, p => p.InspectConnect?.Text),
        new("access-log", (p, n) => p with { AccessLog = n.Path() }, p => p.AccessLog),
        new("access-log-format", (p, n) => p with { AccessLogIsJson = n.OneOf(("text", false), ("json", true)) }, p => p.AccessLogIsJson ? "json" : "text"),
        new("tls-certificate", (p, n) => p with { TlsCertificate = n.Path() }, p => p.TlsCertificate),
        new("require-tls", (p, n) => p with { RequireTls = n.Flag() }, p => p.RequireTls),
        new("accept-proxy-protocol", (p, n) => p with { AcceptProxyProtocol = n.ListOf(a => a.Network()) }, p => p.AcceptProxyProtocol.Count == 0 ? null : p.AcceptProxyProtocol.Select(a => a.ToString()).ToList()),
        new("send-proxy-protocol", (p, n) => p with { SendProxyProtocol = n.OneOf(("off", 0), ("v1", 1), ("v2", 2)) }, p => p.SendProxyProtocol == 0 ? "off" : string.Create(CultureInfo.InvariantCulture, $"v{p.SendProxyProtocol}")),
        new("pass-upgrade", (p, n) => p with { PassUpgrade = n.Flag() }, p => p.PassUpgrade),
        new("max-connections", (p, n) => p with { Limits = p.Limits with { Connections = n.Integer(1, 1_000_000) } }, p => p.Limits.Connections),
        new("max-connections-per-client", (p, n) => p with { Limits = p.Limits with { ConnectionsPerClient = n.Integer(0, 1_000_000) } }, p => p.Limits.ConnectionsPerClient),
        new("rate", (p, n) => p with { Limits = p.Limits with { OctetsPerSecond = Rate(n) } }, p => WriteRate(p.Limits.OctetsPerSecond)),
        new("idle-time", (p, n) => p with { Limits = p.Limits with { IdleTime = n.Duration(TimeSpan.Zero, 30 * Day) } }, p => Time(p.Limits.IdleTime)),
        new("header-time", (p, n) => p with { Limits = p.Limits with { HeaderTime = n.Duration(Second, Day) } }, p => Time(p.Limits.HeaderTime)),
        new("keep-alive-time", (p, n) => p with { Limits = p.Limits with { KeepAliveTime = n.Duration(Second, Day) } }, p => Time(p.Limits.KeepAliveTime)),
        new("connect-time", (p, n) => p with { Limits = p.Limits with { DialTime = n.Duration(Second, Day) } }, p => Time(p.Limits.DialTime)),
        new("bind-time", (p, n) => p with { Limits = p.Limits with { BindTime = n.Duration(Second, Day) } }, p => Time(p.Limits.BindTime)),
        new("udp-flows", (p, n) => p with { Limits = p.Limits with { UdpFlows = n.Integer(1, 65_536) } }, p => p.Limits.UdpFlows),
        new("udp-flow-time", (p, n) => p with { Limits = p.Limits with { UdpFlowTime = n.Duration(Second, Day) } }, p => Time(p.Limits.UdpFlowTime)),
        new("transparent", (p, n) => p with { Transparent = n.OneOf(Modes) }, p => p.Transparent.ToString().ToLowerInvariant()),
        new("nft-ports", (p, n) => p with { NftPorts = Ports(n) }, p => p.Transparent == TransparentMode.Off ? null : p.NftPorts.ToString()),
        new("install-nft", (p, n) => p with { InstallNft = n.Flag() }, p => p.InstallNft),
    ];

    private static ForwardEndpoint Endpoint(YamlNode node) =>
        ForwardEndpoint.TryParse(node.Text("[ADDRESS:]PORT or unix:PATH"), out ForwardEndpoint? endpoint, out string? why)
            ? endpoint!.IsUnix || (endpoint.Ports.Count == 1 && !endpoint.IsUdp) ? endpoint : throw node.Fault("one TCP port")
            : throw new YamlFault(node.At, why!);

    private static DestinationRule Rule(YamlNode node)
    {
        string text = node.Text("allow HOST[:PORT] or deny HOST[:PORT]");
        string[] words = text.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries);
        return words is [("allow" or "deny"), _] ? Rule(node, words[1], words[0] == "allow") : throw node.Fault("allow HOST[:PORT] or deny HOST[:PORT]");
    }

    private static DestinationRule Rule(YamlNode node, string text, bool allow) =>
        DestinationRule.TryParseConditional(text, allow, out DestinationRule? rule, out string? why) ? rule! : throw new YamlFault(node.At, why!);

    private static string User(YamlNode node) =>
        node.Text("NAME:PASSWORD, NAME or @FILE") is var word && ProxyUserList.IsWellFormed(word) ? word : throw new YamlFault(node.At, "expected NAME:PASSWORD, NAME or @FILE");

    private static InspectionPolicy Inspection(YamlNode node) =>
        InspectionPolicy.TryParse(node.Text("allow:CLASS,… or deny:CLASS,…"), out InspectionPolicy? policy, out string? why) ? policy! : throw new YamlFault(node.At, why!);

    private static PortRange Ports(YamlNode node) =>
        PortRange.TryParse(node.Text("a port or a range"), out PortRange ports) ? ports : throw node.Fault("a port, a range such as 80-443, or *");

    private static long Rate(YamlNode node) =>
        ProxyRate.TryParse(node.Text("octets a second"), out long rate) ? rate : throw node.Fault("octets a second such as 500k or 2m, or 0");

    private static string WriteRate(long rate) => ProxyRate.Write(rate);

    private static string Time(TimeSpan time) => time == TimeSpan.Zero ? "none" : NodeValues.Write(time);
}
