using System.Net;
using Adit.Core;
using Adit.Core.Hops;
using Adit.Gateway.Configuration;
using Adit.Gateway.Hops;

namespace Adit.Gateway.Doctor;

/// <summary>The ways that are worth trying: those given, those of a configuration, those of the environment's proxies, and the usual ones.</summary>
public static class KnownWays
{
    /// <summary>The ports that a server of SSH is looked for at, where nothing names one: its own, and that of HTTPS, which proxies pass.</summary>
    public static IReadOnlyList<int> UsualPorts { get; } = [22, 443];

    /// <summary>The direct ways.</summary>
    /// <param name="ports">The ports of the target.</param>
    public static IEnumerable<Way> Direct(IReadOnlyList<int> ports)
    {
        ArgumentNullException.ThrowIfNull(ports);
        return ports.Select(p => new Way { Port = p, Origin = "direct" });
    }

    /// <summary>The ways of one chain: one for each port, or a single one where its last hop leads to a place of its own.</summary>
    /// <param name="hops">The hops, nearest first.</param>
    /// <param name="ports">The ports of the target.</param>
    /// <param name="origin">Where the chain comes from.</param>
    /// <param name="texts">The hops as they were written; null to write them anew.</param>
    /// <exception cref="TunnelException"><see cref="TunnelError.BadConfiguration"/>: a hop stands behind one that ends at a gateway.</exception>
    public static IEnumerable<Way> Of(IReadOnlyList<HopUri> hops, IReadOnlyList<int> ports, string origin, IReadOnlyList<string>? texts = null)
    {
        ArgumentNullException.ThrowIfNull(hops);
        ArgumentNullException.ThrowIfNull(ports);
        if (!IsOrdered(hops)) throw new TunnelException(TunnelError.BadConfiguration, $"{string.Join(' ', hops)}: expected a hop that ends at a gateway last, or an ssh:// hop behind it");
        var way = new Way { Hops = hops, Texts = texts ?? [.. hops.Select(Way.TextOf)], Port = ports[0], Origin = origin };
        // A session of its own for each port would be a login for each.
        return way.IsFixed || hops.Any(h => h.Scheme.Name == "ssh") ? [way] : ports.Select(p => way with { Port = p });
    }

    /// <summary>Whether every hop that ends at a gateway is last or has an <c>ssh://</c> hop behind it.</summary>
    /// <param name="hops">The hops, nearest first.</param>
    public static bool IsOrdered(IReadOnlyList<HopUri> hops)
    {
        ArgumentNullException.ThrowIfNull(hops);
        return !hops.Where((hop, i) => hop.Scheme.Kind == HopKind.Carrier && i + 1 < hops.Count && hops[i + 1].Scheme.Name != "ssh").Any();
    }

    /// <summary>The chains that a configuration's forwards and proxies go through, each once.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="ports">The ports of the target.</param>
    /// <param name="file">Its name.</param>
    public static IEnumerable<Way> OfConfiguration(AditConfiguration configuration, IReadOnlyList<int> ports, string file)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return configuration.Forwards.Select(f => f.Via).Concat(configuration.Proxies.Select(p => p.Via))
            .Where(v => v.Count > 0).DistinctBy(v => string.Join(' ', v.Select(Way.TextOf))).SelectMany(v => Of(v, ports, file));
    }

    /// <summary>What is usual: TLS on port 443, the web's ways to a gateway, and all of that through the proxies that the environment names.</summary>
    /// <param name="host">The target, without brackets.</param>
    /// <param name="ports">The ports of the target.</param>
    /// <param name="path">The path of a gateway behind HTTP, with its leading slash.</param>
    /// <param name="environment">Reads a variable.</param>
    /// <exception cref="TunnelException">A variable names something else than a proxy.</exception>
    public static IEnumerable<Way> Usual(string host, IReadOnlyList<int> ports, string path, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(host);
        string place = IPAddress.TryParse(host, out IPAddress? address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{host}]" : host;
        HopUri tls = HopUri.Parse($"tls://{place}:443", "usual");
        var ways = new List<Way>();
        // One proxy is often named by several variables.
        HopUri[] proxies = [.. new[] { UpstreamProxy.Find(true, host, 443, environment), UpstreamProxy.Find(false, host, 80, environment) }.OfType<HopUri>().DistinctBy(Way.TextOf)];
        foreach (HopUri proxy in proxies)
        {
            ways.AddRange(Of([proxy], ports, "environment"));
            ways.AddRange(Of([proxy, tls], ports, "environment"));
        }

        ways.AddRange(Of([tls], ports, "usual"));
        // These heed the environment by themselves.
        foreach (string scheme in (string[])["wss", "https", "ws", "http"]) ways.AddRange(Of([HopUri.Parse($"{scheme}://{place}{path}", "usual")], ports, "usual"));
        return ways;
    }
}
