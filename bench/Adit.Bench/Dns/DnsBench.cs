using System.Globalization;
using Adit.Bench.Ssh;
using Adit.TestKit.Peers;

namespace Adit.Bench.Dns;

/// <summary>SSH through resolvers, client – 10 ms – resolver – 40 ms – server, made by our own fault links; and what others make of the same path. dnstt is in no registry that this machine reaches.</summary>
internal static class DnsBench
{
    private const string Limit = "ip-ratelimit: 200";

    public static async Task RunAsync(BenchOptions options)
    {
        if (InstalledPeers.Missing("unbound", "named", "ip", "ssh-keygen", InstalledPeers.Root) is { } missing) throw new PeerFailureException(missing);
        Console.WriteLine(await Machine.DescribeAsync());
        DnsRow[] rows = [.. Rows().Where(r => options.Wants(r.Part))];
        for (int run = 1; run <= Math.Min(options.Runs, 3); run++)
        {
            foreach (DnsRow row in rows)
            {
                await Console.Error.WriteLineAsync($"dns: run {run}: {row.Path}: {row.Carrier}…");
                await MeasureAsync(row);
            }
        }

        SshBench.Write($"\nDNS, medians of {Math.Min(options.Runs, 3)} interleaved runs; kB/s, ms; × iodine through the same resolver");
        SshBench.Write($"{"through",-26} {"carrier",-26} {"down",7} {"up",6} {"echo p50",9} {"÷iodine",8} {"stalled",8}");
        foreach (DnsRow row in rows)
        {
            DnsRow? iodine = rows.FirstOrDefault(r => r.Carrier.StartsWith("iodine", StringComparison.Ordinal) && r.Path == row.Path && !double.IsNaN(r.Down.Median));
            SshBench.Write(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Path,-26} {row.Carrier,-26} {row.Down.Median / 1000,7:0} {row.Up.Median / 1000,6:0} {row.Echo.Median,9:0} {SshBench.Ratio(row.Down.Median, iodine?.Down.Median),8} {row.Stalled,8}"));
        }
    }

    private static async Task MeasureAsync(DnsRow row)
    {
        bool isOurs = row.Carrier.StartsWith("adit", StringComparison.Ordinal);
        int seconds = isOurs ? 60 : 15;
        await using DnsSite site = await DnsSite.StartAsync(row.Path.Contains('%') ? 0.01 : 0, isOurs);
        try
        {
            string place = await row.Open(site);
            if (isOurs) await site.LoadAsync(place, "down", 400_000, seconds); // a path that was just opened is not yet known
            double[] down = await site.LoadAsync(place, "down", row.Amounts.Down, seconds);
            double[] up = await site.LoadAsync(place, "up", row.Amounts.Up, seconds);
            double[] echo = await site.LoadAsync(place, "echo", 25, seconds);
            row.Down.Add(down[0] / down[1]);
            row.Up.Add(up[0] / up[1]);
            if (!double.IsNaN(echo[0])) row.Echo.Add(echo[0]);
            if (down[0] < row.Amounts.Down) row.Stalled++;
            if (up[0] < row.Amounts.Up) row.Stalled++;
        }
        catch (PeerFailureException e) when (!isOurs)
        {
            await Console.Error.WriteLineAsync($"dns: {row.Carrier}: {e.Message}");
            row.Stalled += 2;
        }
    }

    private static IEnumerable<DnsRow> Rows()
    {
        foreach ((string name, string part, bool isBind) in new[] { ("unbound", "unbound", false), ("BIND", "bind", true) })
        {
            yield return Ours(part, name, "adit", "&jumbo=no&rate=0", isBind, (8 << 20, 1 << 20));
            yield return Ours(part, name, "adit, large answers by TCP", "&rate=0", isBind, (16 << 20, 1 << 20));
            yield return Ours("loss", $"{name}, 1 % loss a link", "adit", "&jumbo=no&rate=0", isBind, (4 << 20, 512 << 10));
            if (!isBind)
            {
                yield return Ours("limit", "unbound, 200 queries/s", "adit", "&jumbo=no&rate=0", isBind, (2 << 20, 128 << 10), Limit);
                yield return Ours("limit", "unbound, 200 queries/s", "adit, large answers by TCP", "&rate=0", isBind, (8 << 20, 128 << 10), Limit);
            }

            foreach (string type in (string[])["", "NULL", "CNAME"])
            {
                yield return new DnsRow("rivals", name, $"iodine {(type.Length == 0 ? "(its choice)" : type)}", site => IodineAsync(site, isBind, type)) { Amounts = (1 << 20, 128 << 10) };
            }

            yield return new DnsRow("rivals", name, "dns2tcp", site => Dns2TcpAsync(site, isBind)) { Amounts = (1 << 20, 128 << 10) };
        }
    }

    private static DnsRow Ours(string part, string path, string carrier, string query, bool isBind, (long Down, long Up) amounts, params string[] settings) => new(
        part,
        path,
        carrier,
        async site =>
        {
            await ResolveAsync(site, isBind, settings);
            return await site.ForwardAsync(ResolverSite.Resolver, query);
        }) { Amounts = amounts };

    private static async Task ResolveAsync(DnsSite site, bool isBind, params string[] settings)
    {
        if (isBind) site.Own(await site.Site.StartBindAsync());
        else site.Own(await site.Site.StartUnboundAsync(settings: settings));
    }

    private static async Task<string> IodineAsync(DnsSite site, bool isBind, string type)
    {
        if (InstalledPeers.Missing("iodine", "iodined") is { } missing) throw new PeerFailureException(missing);
        PeerProcess server = await site.RunAsync(site.Site.ServerSide, "iodined", "-f", "-c", "-P", "bench", "-l", ResolverSite.Server, "10.70.0.1", "t.example");
        await server.WaitForErrorLineAsync(l => l.Contains("Listening to dns", StringComparison.Ordinal), "word that it listens");
        await ResolveAsync(site, isBind);
        string[] chosen = type.Length == 0 ? [] : ["-T", type];
        PeerProcess client = await site.RunAsync(site.Site.ClientSide, "iodine", ["-f", "-r", "-P", "bench", .. chosen, ResolverSite.Resolver, "t.example"]);
        await client.WaitForErrorLineAsync(l => l.Contains("Connection setup complete", StringComparison.Ordinal), "word that it is connected");
        return $"10.70.0.1:{site.LoadPort}";
    }

    private static async Task<string> Dns2TcpAsync(DnsSite site, bool isBind)
    {
        if (InstalledPeers.Missing("dns2tcpc", "dns2tcpd") is { } missing) throw new PeerFailureException(missing);
        PeerFolder folder = new("dns2tcp");
        string file = folder.Write("dns2tcpd.conf", $"listen = {ResolverSite.Server}\nport = 53\nuser = root\nchroot = /\ndomain = t.example\nresources = load:127.0.0.1:{site.LoadPort}\n");
        await site.RunAsync(site.Site.ServerSide, "dns2tcpd", "-F", "-f", file);
        await ResolveAsync(site, isBind);
        await site.RunAsync(site.Site.ClientSide, "dns2tcpc", "-r", "load", "-z", "t.example", "-l", "9001", ResolverSite.Resolver);
        await Task.Delay(1500);
        return "127.0.0.1:9001";
    }
}
