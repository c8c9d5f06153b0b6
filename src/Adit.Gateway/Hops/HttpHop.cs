using System.Globalization;
using Adit.Carriers.Http;
using Adit.Core;
using Adit.Core.Hops;
using Adit.Core.Streams;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Hops;

/// <summary>From a <c>ws://</c>, <c>wss://</c>, <c>http://</c> or <c>https://</c> hop to its carrier.</summary>
internal static class HttpHop
{
    private static readonly Dictionary<string, HttpRung[]> Ladders = new()
    {
        ["ws"] = [HttpRung.WebSocket],
        ["wss"] = [HttpRung.ExtendedConnect, HttpRung.WebSocket],
        ["http"] = [HttpRung.WebSocket, HttpRung.Duplex, HttpRung.Pair, HttpRung.LongPoll],
        ["https"] = [HttpRung.ExtendedConnect, HttpRung.WebSocket, HttpRung.Duplex, HttpRung.Pair, HttpRung.LongPoll],
    };

    /// <summary>Makes the carrier.</summary>
    /// <param name="hop">The hop.</param>
    /// <param name="previous">Dials it.</param>
    /// <param name="factories">Makes the hop of an upstream proxy.</param>
    /// <param name="logger">Which rung was taken.</param>
    /// <param name="environment">Reads a variable.</param>
    /// <exception cref="TunnelException">The query holds something wrong, or the upstream proxy cannot be used.</exception>
    public static HttpCarrierDialer Create(HopUri hop, IStreamDialer previous, IReadOnlyDictionary<string, HopFactory> factories, ILogger? logger, Func<string, string?> environment)
    {
        bool isSecure = hop.Scheme.Name is "wss" or "https";
        HopUri? proxy = ProxyOf(hop, previous, isSecure, environment);
        bool isPlain = proxy is { Scheme.Name: "connect" } && !isSecure;
        var options = new HttpCarrierOptions
        {
            Name = hop.ToString(),
            Host = hop.Host,
            Port = hop.Port,
            Path = hop.Path.TrimEnd('/'),
            Tls = isSecure ? HopTls.Of(hop, hasCarrierKey: !hop.Query.ContainsKey("cert")) : null,
            Rungs = RungsOf(hop),
            Rate = RateOf(hop),
            Probes = hop.Scheme.Name is "http" or "https",
            Tunnel = proxy is null ? null : TunnelOf(hop, proxy, previous, factories),
            Proxy = isPlain ? new HttpUpstreamProxy(proxy!.Host, proxy.Port, proxy.User, proxy.Password) : null,
        };
        return new HttpCarrierDialer(options, previous, logger);
    }

    private static long RateOf(HopUri hop)
    {
        if (!hop.Query.TryGetValue("rate", out string? text)) return 0;
        return CarrierDialers.IsLifeline(hop) ? HopRate.Parse(hop.ToString(), text) : throw Wrong(hop, "rate", "a carrier that holds a lifeline (resume)", "one without");
    }

    private static HttpRung[] RungsOf(HopUri hop)
    {
        HttpRung[] ladder = Ladders[hop.Scheme.Name];
        if (!hop.Query.TryGetValue("rung", out string? text)) return ladder;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && ladder.Contains((HttpRung)number)
            ? [(HttpRung)number]
            : throw Wrong(hop, "rung", $"one of {string.Join(", ", ladder.Select(r => (int)r))} for {hop.Scheme.Name}", text);
    }

    /// <summary>What <c>proxy=</c> names; else, where nothing stands between this machine and the hop, what the environment does.</summary>
    private static HopUri? ProxyOf(HopUri hop, IStreamDialer previous, bool isSecure, Func<string, string?> environment)
    {
        if (hop.Query.TryGetValue("proxy", out string? named)) return named == "none" ? null : UpstreamProxy.Parse(named, $"{hop}: proxy");
        return previous is SocketDialer ? UpstreamProxy.Find(isSecure, hop.Host, hop.Port, environment) : null;
    }

    private static IStreamDialer TunnelOf(HopUri hop, HopUri proxy, IStreamDialer previous, IReadOnlyDictionary<string, HopFactory> factories) =>
        factories.TryGetValue(proxy.Scheme.Name, out HopFactory? factory)
            ? factory(proxy, previous)
            : throw new TunnelException(TunnelError.NotSupported, $"{hop}: proxy: {proxy}: {proxy.Scheme.Name} is not there yet in this version", hop.ToString());

    private static TunnelException Wrong(HopUri hop, string key, string expected, string got) =>
        new(TunnelError.BadConfiguration, $"{hop}: {key}: expected {expected}, got {(got.Length <= 64 ? got : got[..64] + "…")}", hop.ToString());
}
