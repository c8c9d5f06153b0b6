using Adit.Core;
using Adit.Core.Streams;
using Adit.Gateway.Hops;
using Adit.Ssh.Client;

namespace Adit.Cli.Tour;

/// <summary>What HTTP carries: SSH to a gateway, one row a rung of the ladder.</summary>
internal static class HttpRows
{
    public static IReadOnlyList<TourRow> All { get; } =
    [
        Row("WebSocket", "tcp/http/ws/ssh/stream", "", "ws://gateway.example/t", site => $"ws://{site.Web("http")}"),
        Row("one POST, both ways", "tcp/http/ssh/stream", "", "'http://gateway.example/t?rung=3'", site => $"http://{site.Web("http")}?rung=3"),
        Row("GET and POST", "tcp/http/ssh/stream", "", "'http://gateway.example/t?rung=4'", site => $"http://{site.Web("http")}?rung=4"),
        Row("WebSocket in HTTP/2", "tcp/tls/h2/ws/ssh/stream", "tls, ", "https://gateway.example/t", site => $"https://{site.Web("https")}?rung=1&pin={site.WebPin}"),
    ];

    private static TourRow Row(string name, string stack, string around, string example, Func<TourSite, string> hop) => new(
        name, stack, $"adit ssh -W db.example:5432 --via {example} me@gateway", async (site, cancellationToken) =>
        {
            var counts = new CountingDialer();
            HopChain chain = site.Chain(counts, hop(site));
            try
            {
                SshClient client = await site.ConnectAsync(chain, cancellationToken).ConfigureAwait(false);
                DuplexStream stream = await client.DialAsync(new DialRequest(site.TcpEcho), cancellationToken).ConfigureAwait(false);
                return new TourTunnel(stream, () => counts.Octets, around + TourTunnel.CipherOf(client.Connection), client, chain);
            }
            catch
            {
                await chain.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        });
}
