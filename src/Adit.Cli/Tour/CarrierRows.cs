using System.Globalization;
using Adit.Core;
using Adit.Core.Hops;
using Adit.Core.Streams;
using Adit.Gateway.Configuration;
using Adit.Gateway.Hops;
using Adit.Ssh.Client;

namespace Adit.Cli.Tour;

/// <summary>What messages carry, and a session that moves from one carrier to another.</summary>
internal static class CarrierRows
{
    private const string Domain = "t.example";

    /// <summary>How long a move may take.</summary>
    private static readonly TimeSpan MoveTime = TimeSpan.FromSeconds(30);

    public static IReadOnlyList<TourRow> All { get; } =
    [
        new("DNS", "udp/dns/lifeline/ssh/stream", "adit ssh -W db.example:5432 --via 'dns://t.example.com?key=FILE' me@gateway", (site, token) => OpenAsync(site, DnsHop(site), null, token)) { MostOctets = 4 << 20 },
        new("MQTT", "tcp/mqtt/lifeline/ssh/stream", "adit ssh -W db.example:5432 --via 'mqtts://broker.example/tunnels?key=FILE' me@gateway", (site, token) => OpenAsync(site, site.MqttHop, new CountingDialer(), token)),
        new("text messages", "tcp/smpp/lifeline/ssh/stream", "adit ssh -W db.example:5432 --via 'sms+smpp://me@smsc.example?to=+49…&key=FILE&budget=300' me@gateway", (site, token) => OpenAsync(site, site.SmsHop, new CountingDialer(), token)) { MostOctets = 4096 },
        new("a session that moves", "tcp → ws → dns → tcp/lifeline/ssh", "adit ssh -W db.example:5432 --via auto:office me@gateway", MoveAsync) { MostOctets = 4 << 20 },
    ];

    private static string DnsHop(TourSite site) => string.Create(CultureInfo.InvariantCulture, $"dns://{Domain}?resolver=127.0.0.1:{site.DnsPort}&rate=0&key={site.CarrierKey}");

    /// <param name="site">Both ends.</param>
    /// <param name="hop">The hop.</param>
    /// <param name="counts">Counts what leaves; null where that are datagrams, which nobody counts here.</param>
    /// <param name="cancellationToken">Gives up.</param>
    private static async Task<TourTunnel> OpenAsync(TourSite site, string hop, CountingDialer? counts, CancellationToken cancellationToken)
    {
        HopChain chain = site.Chain(counts ?? (IStreamDialer)new SocketDialer(), hop);
        (DuplexStream stream, SshClient client) = await DialAsync(site, chain, cancellationToken).ConfigureAwait(false);
        return new TourTunnel(stream, () => counts?.Octets ?? default, TourTunnel.CipherOf(client.Connection), client, chain);
    }

    /// <summary>TCP is cut after a quarter, WebSocket after the half; then TCP is there again.</summary>
    private static async Task<TourTunnel> MoveAsync(TourSite site, CancellationToken cancellationToken)
    {
        TourRelay tcp = new(site.Gateway("tcp")), ws = new(site.Gateway("http"));
        await tcp.MendAsync().ConfigureAwait(false);
        await ws.MendAsync().ConfigureAwait(false);
        string[] hops = [$"tcp://{tcp.At}", $"ws://{ws.At}/t", DnsHop(site)];
        var carriers = new CarriersConfiguration { Name = "tour", Key = site.CarrierKey, Hops = [.. hops.Select(h => HopUri.Parse(h, "tour"))] };
        HopChain chain = site.Chain(new SocketDialer(), "auto:tour", _ => carriers);
        try
        {
            (DuplexStream stream, SshClient client) = await DialAsync(site, chain, cancellationToken).ConfigureAwait(false);
            long quarter = Math.Min(site.Octets, 4 << 20) / 4;
            SteppedStream? stepped = null;
            stepped = new SteppedStream(stream,
            [
                (quarter, async token => await StepAsync("tcp is cut", "tcp", "ws", tcp.CutAsync, token).ConfigureAwait(false)),
                (2 * quarter, async token => await StepAsync("ws is cut", "ws", "dns", ws.CutAsync, token).ConfigureAwait(false)),
                (3 * quarter, async token => await StepAsync("tcp is back", "dns", "tcp", tcp.MendAsync, token).ConfigureAwait(false)),
            ]);
            return new TourTunnel(stepped, () => default, TourTunnel.CipherOf(client.Connection), client, chain, tcp, ws);

            async Task StepAsync(string what, string from, string to, Func<Task> change, CancellationToken token)
            {
                // On a busy machine another may have been quicker; then the one that is wanted before it takes over a little later.
                await UntilAsync(() => StateOf(chain, from) == "active" && (to == "tcp" || StateOf(chain, to) == "warm"), token).ConfigureAwait(false);
                await change().ConfigureAwait(false);
                await UntilAsync(() => StateOf(chain, to) == "active", token).ConfigureAwait(false);
                site.Tell(string.Create(CultureInfo.InvariantCulture, $"  {stepped!.Received / 1048576.0:0.00} MiB came by {from}; {what}: goes on by {to}"));
            }
        }
        catch
        {
            await chain.DisposeAsync().ConfigureAwait(false);
            await tcp.DisposeAsync().ConfigureAwait(false);
            await ws.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<(DuplexStream Stream, SshClient Client)> DialAsync(TourSite site, HopChain chain, CancellationToken cancellationToken)
    {
        try
        {
            SshClient client = await site.ConnectAsync(chain, cancellationToken).ConfigureAwait(false);
            return (await client.DialAsync(new DialRequest(site.TcpEcho), cancellationToken).ConfigureAwait(false), client);
        }
        catch
        {
            await chain.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static string? StateOf(HopChain chain, string carrier) => chain.Status[0].Carriers?.FirstOrDefault(c => c.Carrier.StartsWith(carrier + "://", StringComparison.Ordinal))?.State;

    private static async Task UntilAsync(Func<bool> holds, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(MoveTime);
        while (!holds()) await Task.Delay(20, limit.Token).ConfigureAwait(false);
    }
}
