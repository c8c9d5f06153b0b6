using Adit.Core.Hops;
using Adit.Gateway.Configuration;
using Adit.Gateway.Forwards;
using Adit.Gateway.Listeners;
using Adit.Gateway.Permissions;
using Adit.Gateway.Proxying;
using Adit.Platform.Libc;

namespace Adit.Gateway.Planning;

/// <summary>What is allowed, works, and should still be known: who is let in from outside, what flows in the clear, what this account may not do.</summary>
internal static class PlanWarnings
{
    public static IEnumerable<(string Path, string Message)> Of(AditConfiguration configuration, IReadOnlyList<PlannedSection> sections, PlanEnvironment environment, string? file)
    {
        foreach ((string, string) each in OfFile(configuration, file)) yield return each;
        foreach ((string, string) each in HiddenPasswords.Of(configuration)) yield return each;
        if (configuration.Gateway is { } gateway)
            foreach ((string, string) each in Of(gateway, environment)) yield return each;
        for (int i = 0; i < configuration.Forwards.Count; i++)
            foreach ((string, string) each in Of(configuration.Forwards[i], $"forwards[{i}]", environment)) yield return each;
        for (int i = 0; i < configuration.Proxies.Count; i++)
            foreach ((string, string) each in Of(configuration.Proxies[i], $"proxies[{i}]", environment)) yield return each;
        for (int i = 0; i < configuration.Links.Count; i++)
        {
            foreach ((string, string) each in LinkPlanner.Warnings(configuration.Links[i], $"links[{i}]", environment).Concat(Exposed(configuration.Links[i].Via).Select(hop => ($"links[{i}].via", hop)))) yield return each;
        }

        foreach (PlannedSection section in sections)
        {
            foreach (PlannedFile each in section.Files.Where(f => f.Key != "capture" && f.State is not ("there" or "made at the first start")))
                yield return (section.Kind == "gateway" || each.Key is "user" or "tls-certificate" ? $"{section.Name}.{each.Key}" : $"{section.Name}.via", $"{each.Path}: {each.State}");
        }
    }

    private static IEnumerable<(string, string)> OfFile(AditConfiguration configuration, string? file)
    {
        bool holdsSecrets = configuration.Forwards.SelectMany(f => f.Via).Concat(configuration.Proxies.SelectMany(p => p.Via)).Any(h => h.Password is not null)
            || configuration.Proxies.SelectMany(p => p.Users).Any(u => !u.StartsWith('@') && u.Contains(':', StringComparison.Ordinal));
        if (holdsSecrets && file is not (null or "-") && FileStatus.TryRead(file, out FileStatus status) && (status.Mode & 0b000_111_111) != 0)
            yield return ("", "this file holds a password, and others may read it (chmod 600, or auth=FILE)");
    }

    private static IEnumerable<(string, string)> Of(GatewayConfiguration gateway, PlanEnvironment environment)
    {
        foreach (ListenUri place in gateway.Listen)
        {
            if (place.IsBound && IsPrivileged(place.Port, environment)) yield return ("gateway.listen", $"{place}: ports below {environment.UnprivilegedPort} need root");
            if (place.IsWeb && !place.IsSecure) yield return ("gateway.listen", $"{place}: this carrier is not encrypted: who is on the way sees that it is a tunnel and how much flows; SSH inside is encrypted");
        }

        if (gateway.Shell == ShellMode.Login && !environment.IsRoot) yield return ("gateway.shell", "login needs root");
        if (gateway.ReverseBind.Anywhere) yield return ("gateway.reverse-bind", "sessions may listen on every address of this machine");
    }

    private static IEnumerable<(string, string)> Of(ForwardConfiguration forward, string name, PlanEnvironment environment)
    {
        ForwardEndpoint listen = forward.Listen!;
        if (IsPrivileged(listen, environment)) yield return ($"{name}.listen", $"{listen}: ports below {environment.UnprivilegedPort} need root");
        if (!IsLocal(listen)) yield return ($"{name}.listen", $"{listen}: not on loopback: whoever reaches it reaches {forward.Target}, without a password");
        foreach (string hop in Exposed(forward.Via)) yield return ($"{name}.via", hop);
        if (listen.IsUdp && forward.Via.Count > 0 && forward.Via[^1].Scheme.Name is not ("ssh" or "socks5" or "socks5h"))
            yield return ($"{name}.via", $"{forward.Via[^1]}: carries no UDP; expected ssh:// to an Adit gateway or socks5:// last");
    }

    private static IEnumerable<(string, string)> Of(ProxyConfiguration proxy, string name, PlanEnvironment environment)
    {
        bool isOpen = proxy.Listen.Any(l => !IsLocal(l));
        foreach (ForwardEndpoint listen in proxy.Listen.Where(l => IsPrivileged(l, environment)))
            yield return ($"{name}.listen", $"{listen}: ports below {environment.UnprivilegedPort} need root");
        if (isOpen && proxy.Users.Count == 0 && proxy.Transparent == TransparentMode.Off)
            yield return ($"{name}.listen", $"not on loopback, and user: asks nobody for a password: whoever reaches it may use CONNECT to port 443{(proxy.Rules.Any(r => r.Allow) ? " and what the rules allow" : "")}");
        if (isOpen && proxy.Users.Count > 0 && !proxy.RequireTls) yield return ($"{name}.user", "passwords of clients travel in the clear, unless they begin with TLS (tls-certificate and require-tls)");
        if (proxy.Transparent != TransparentMode.Off && !environment.IsRoot) yield return ($"{name}.transparent", "needs root: marks and nftables rules");
        if (proxy.InstallNft) yield return ($"{name}.install-nft", "connections of this whole machine to the ports of nft-ports are sent here while it runs");
        foreach (string hop in Exposed(proxy.Via)) yield return ($"{name}.via", hop);
    }

    /// <summary>Passwords that pass a network in the clear: told to a hop that encrypts nothing, with no hop before it that does.</summary>
    private static IEnumerable<string> Exposed(IReadOnlyList<HopUri> via)
    {
        foreach (HopUri hop in via)
        {
            if (hop.Query.ContainsKey("insecure")) yield return $"{hop}: insecure: any certificate is taken, so that who is on the way may read and change everything";
            if (hop.Scheme.Name is "ssh" or "tls" or "connect+tls" or "connect+upgrade" or "wss" or "https") yield break;
            bool asks = hop.Password is not null || hop.AuthFile is not null;
            if (asks && hop.Host is not ("localhost" or "127.0.0.1" or "::1")) yield return $"{hop}: its password travels in the clear";
        }
    }

    private static bool IsLocal(ForwardEndpoint at) =>
        at.IsUnix || at.Host is null or "" or "localhost" || (System.Net.IPAddress.TryParse(at.Host, out System.Net.IPAddress? address) && System.Net.IPAddress.IsLoopback(address));

    private static bool IsPrivileged(ForwardEndpoint at, PlanEnvironment environment) => !at.IsUnix && IsPrivileged(at.Ports.First, environment);

    private static bool IsPrivileged(int port, PlanEnvironment environment) => port > 0 && port < environment.UnprivilegedPort && !environment.IsRoot;
}
