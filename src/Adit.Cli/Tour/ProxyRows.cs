using Adit.Core;
using Adit.Core.Streams;
using Adit.Gateway.Hops;

namespace Adit.Cli.Tour;

/// <summary>What proxies carry: the same one, asked in each of its protocols.</summary>
internal static class ProxyRows
{
    public static IReadOnlyList<TourRow> All { get; } =
    [
        Row("SOCKS5 proxy", "tcp/socks5/stream", "no", "socks5h://proxy.example", site => $"socks5h://{site.Proxy}"),
        Row("HTTP CONNECT", "tcp/http/stream", "no", "connect://proxy.example:3128", site => $"connect://{site.Proxy}"),
        Row("CONNECT within TLS", "tcp/tls/http/stream", "tls", "connect+tls://proxy.example:3128", site => $"connect+tls://{site.Proxy}?pin={site.ProxyPin}"),
        Row("CONNECT after Upgrade: TLS", "tcp/http/tls/http/stream", "tls", "connect+upgrade://proxy.example:3128", site => $"connect+upgrade://{site.Proxy}?pin={site.ProxyPin}"),
    ];

    private static TourRow Row(string name, string stack, string protection, string example, Func<TourSite, string> hop) => new(
        name, stack, $"adit forward 8443=site.example:443 --via {example}", async (site, cancellationToken) =>
        {
            var counts = new CountingDialer();
            HopChain chain = site.Chain(counts, hop(site));
            try
            {
                DuplexStream stream = await chain.DialAsync(new DialRequest(site.TcpEcho), cancellationToken).ConfigureAwait(false);
                return new TourTunnel(stream, () => counts.Octets, protection, chain);
            }
            catch
            {
                await chain.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        });
}
