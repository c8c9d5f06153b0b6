using System.Net;
using Adit.Core;
using Adit.Core.Hops;
using Adit.Gateway.Composition;
using Adit.Gateway.Configuration;
using Adit.Gateway.Forwards;
using Adit.Gateway.Hops;
using Adit.Gateway.Listeners;
using Adit.Gateway.Proxying;
using Adit.Gateway.Serving;
using Adit.Gateway.State;
using Adit.Platform.Libc;
using Adit.Proxies.Transparent;
using Adit.Ssh.Config;

namespace Adit.Gateway.Planning;

/// <summary>From sections to what they would do.</summary>
internal static class SectionPlanner
{
    public static IEnumerable<PlannedSection> Plan(AditConfiguration configuration)
    {
        if (configuration.Gateway is { } gateway) yield return Plan(gateway, configuration.State);
        for (int i = 0; i < configuration.Forwards.Count; i++) yield return Plan(configuration.Forwards[i], i, configuration.SshConfig);
        for (int i = 0; i < configuration.Proxies.Count; i++) yield return Plan(configuration.Proxies[i], i, configuration.SshConfig);
        for (int i = 0; i < configuration.Links.Count; i++) yield return LinkPlanner.Plan(configuration.Links[i], i) with { Hops = [.. configuration.Links[i].Via.Select(h => Plan(h, configuration.SshConfig))] };
    }

    private static PlannedSection Plan(GatewayConfiguration gateway, string? state)
    {
        string folder = StateFolder.Locate(gateway.State ?? state);
        IReadOnlyList<ListenUri> places = gateway.Listen.Count > 0 ? gateway.Listen : [GatewayServer.DefaultListen];
        IEnumerable<PlannedFile> keys = gateway.AuthorizedKeys.Count > 0
            ? gateway.AuthorizedKeys.Select(k => Look(new SectionFile("authorized-keys", HomePath.Expand(k), false)))
            : [Look(new SectionFile("authorized-keys", Path.Combine(folder, "authorized_keys"), false), isMade: true)];
        IEnumerable<PlannedFile> made = [];
        if (gateway.HostKeys.Count == 0) made = made.Append(Look(new SectionFile("host-key", Path.Combine(folder, "ssh_host_ed25519_key"), true), isMade: true));
        if (gateway.Certificate is null && places.Any(p => p.IsSecure)) made = made.Append(Look(new SectionFile("certificate", Path.Combine(folder, "certificate.pem"), true), isMade: true));
        return new PlannedSection
        {
            Name = "gateway",
            Kind = "gateway",
            Listeners = [.. places.Select(p => Listener(p.Host, p.ToString(), null))],
            Target = gateway.Allow.Count > 0 ? "sessions reach what allow: names" : gateway.Deny.Count > 0 ? "sessions reach everything but what deny: names and cloud metadata" : "sessions reach everything but cloud metadata",
            Rules = [.. gateway.Deny.Select(r => $"deny {r.Text}"), .. gateway.Allow.Select(r => $"allow {r.Text}")],
            Files = [.. keys, .. made, .. SectionFiles.Of(gateway).Select(f => Look(f))],
        };
    }

    private static PlannedSection Plan(ForwardConfiguration forward, int index, string? sshConfig) => new()
    {
        Name = $"forwards[{index}]",
        Kind = "forward",
        Listeners = [Listener(forward.Listen!)],
        Hops = [.. forward.Via.Select(h => Plan(h, sshConfig))],
        Target = $"{forward.Target}{Resolver(forward)}",
        Files = [.. SectionFiles.Of(forward).Select(f => Look(f)).Distinct()],
    };

    private static PlannedSection Plan(ProxyConfiguration proxy, int index, string? sshConfig)
    {
        NftRules? rules = proxy.Transparent == TransparentMode.Off ? null : new NftRules(proxy.Listen[0].Ports.First, proxy.Transparent == TransparentMode.Tproxy, proxy.NftPorts);
        bool isLocal = proxy.Listen.All(l => Listener(l).IsLocal);
        return new PlannedSection
        {
            Name = $"proxies[{index}]",
            Kind = "proxy",
            Listeners = [.. proxy.Listen.Select(Listener)],
            Hops = [.. proxy.Via.Select(h => Plan(h, sshConfig))],
            Target = proxy.Rules.Count > 0 ? "the first rule that matches decides; then the defaults" : isLocal ? "CONNECT reaches port 443, SOCKS and plain HTTP everything" : "CONNECT reaches port 443, SOCKS and plain HTTP nothing",
            Rules = [.. proxy.Rules.Select(r => r.ToString())],
            Files = [.. SectionFiles.Of(proxy).Select(f => Look(f)).Distinct()],
            Firewall = rules?.ToScript($"{NftRules.TablePrefix}{(proxy.InstallNft ? "PID_START" : "manual")}"),
            InstallsFirewall = proxy.InstallNft,
            Routes = rules?.Routes ?? [],
        };
    }

    private static string Resolver(ForwardConfiguration forward)
    {
        if (forward.Target!.IsUnix || IPAddress.TryParse(forward.Target.Host, out _)) return "";
        if (forward.Via.Count == 0) return " (resolved here)";
        return forward.Via[^1].Scheme.Name is "socks4" or "socks5" ? $" (resolved here, for {forward.Via[^1]})" : $" (resolved by {forward.Via[^1]})";
    }

    private static PlannedListener Listener(ForwardEndpoint at) =>
        at.IsUnix ? new($"unix:{at.Path}", "this account and root (mode 0600)", true) : Listener(at.Host ?? "", at.ToString(), at.IsUdp ? "udp" : null);

    private static PlannedListener Listener(string host, string shown, string? protocol)
    {
        bool isLocal = host is "" or "localhost" || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address));
        string who = isLocal ? "this machine" : host is "*" or "0.0.0.0" or "::" ? "whoever reaches any address of this machine" : $"whoever reaches {host}";
        return new(shown, protocol is null ? who : $"{who}, by {protocol}", isLocal);
    }

    private static PlannedHop Plan(HopUri hop, string? sshConfig) => hop.Scheme.Name switch
    {
        "ssh" => Ssh(hop, sshConfig),
        "socks4" => Plain(hop, "SOCKS4; names are resolved here"),
        "socks4a" => Plain(hop, "SOCKS4a; names are resolved there"),
        "socks5" => Plain(hop, "SOCKS5; names are resolved here"),
        "socks5h" => Plain(hop, "SOCKS5; names are resolved there"),
        "connect" => Plain(hop, "HTTP CONNECT"),
        "connect+tls" => Secure(hop, "HTTP CONNECT within TLS"),
        "connect+upgrade" => Secure(hop, "HTTP CONNECT after Upgrade: TLS"),
        "tls" => Secure(hop, "TLS"),
        "tcp" => Plain(hop, "straight to a gateway's SSH port"),
        "ws" => Plain(hop, "WebSocket to a gateway"),
        "wss" => Secure(hop, "WebSocket within TLS to a gateway"),
        "http" => Plain(hop, "HTTP to a gateway"),
        "https" => Secure(hop, "HTTP within TLS to a gateway"),
        "auto" => Plain(hop, "the best of the carriers of that name"),
        "dns" => Plain(hop, "DNS queries, through resolvers, to a gateway"),
        "mqtt" => Plain(hop, "messages of an MQTT broker to a gateway"),
        "mqtts" => Secure(hop, "messages of an MQTT broker, within TLS, to a gateway"),
        "sms+smpp" or "sms+smpps" => Plain(hop, "text messages through a centre to a gateway"),
        "sms+modem" => Plain(hop, "text messages by a modem to a gateway"),
        _ => Plain(hop, "unknown"),
    };

    private static PlannedHop Plain(HopUri hop, string means) => new(HopText.Write(hop), hop.Destination.ToString(), means, false);

    private static PlannedHop Secure(HopUri hop, string means) => new(
        HopText.Write(hop), hop.Destination.ToString(), hop.Query.ContainsKey("insecure") ? $"{means}; any certificate is taken" : hop.Query.ContainsKey("pin") ? $"{means}; by pin" : means, true);

    private static PlannedHop Ssh(HopUri hop, string? sshConfig)
    {
        try
        {
            string? file = sshConfig is null or "none" ? sshConfig : HomePath.Expand(sshConfig);
            SshConfig config = SshConfigResolver.Resolve(BuiltInHops.RequestOf(hop, hop.User, file));
            string jump = config.ProxyJump.Count > 0 ? $", by ProxyJump {string.Join(',', config.ProxyJump)}" : config.ProxyCommand is not null ? ", by ProxyCommand" : "";
            return new(HopText.Write(hop), new TcpDestination(config.HostName, config.Port).ToString(), $"SSH as {config.User}{jump}", true);
        }
        catch (TunnelException e)
        {
            return new(HopText.Write(hop), hop.Destination.ToString(), $"SSH; {e.Message}", true);
        }
    }

    internal static PlannedFile Look(SectionFile file, bool isMade = false)
    {
        if (!File.Exists(file.Path)) return new(file.Key, file.Path, isMade ? "made at the first start" : Directory.Exists(file.Path) ? "a folder" : "missing");
        if (file.IsSecret && FileStatus.TryRead(file.Path, out FileStatus status) && (status.Mode & 0b000_111_111) != 0) return new(file.Key, file.Path, "open to others (chmod 600)");
        return new(file.Key, file.Path, "there");
    }
}
