using System.Globalization;
using Adit.Bench.Ssh;
using Adit.TestKit.Peers;

namespace Adit.Bench.Http;

/// <summary>Streams through squid on loopback: SSH over our rungs, and what GNU httptunnel makes of the same way.</summary>
internal static class HttpBench
{
    /// <summary>Squid behind a path of 100 ms there and back: a smaller transfer tells the same.</summary>
    private const string Far = "squid, 100 ms";

    private const string Plain = "squid, resume=no";

    private const string PlainSsh = "adit, TCP", Lifeline = "adit, TCP, lifeline";

    private static readonly string[] Kinds = ["down", "up"];

    public static async Task RunAsync(BenchOptions options)
    {
        Console.WriteLine(await Machine.DescribeAsync());
        await using HttpSite site = await HttpSite.StartAsync();
        HttpPath[] paths =
        [
            new("direct", "", () => Task.FromResult(new HttpTunnel(site.LoadPort, []))),
            new("adit, duplex POST", "squid", () => site.OpenAsync("rung=3", throughSquid: true)),
            new("adit, GET and POST", "squid", () => site.OpenAsync("rung=4", throughSquid: true)),
            new("adit, long-polls", "squid", () => site.OpenAsync("rung=5", throughSquid: true)),
            new("GNU httptunnel", "squid", () => site.OpenHttptunnelAsync()),
            new("adit, duplex POST", Far, () => site.OpenAsync("rung=3", throughSquid: true, isFar: true)),
            new("adit, long-polls", Far, () => site.OpenAsync("rung=5", throughSquid: true, isFar: true)),
            new("GNU httptunnel", Far, () => site.OpenHttptunnelAsync(isFar: true)),
            new("adit, WebSocket", "", () => site.OpenAsync("rung=2", throughSquid: false)),
            new("adit, duplex POST", "", () => site.OpenAsync("rung=3", throughSquid: false)),
            new("adit, duplex POST", Plain, () => site.OpenAsync("rung=3&resume=no", throughSquid: true)),
            new("adit, HTTP/2", "", () => site.OpenSecureAsync("rung=1")),
            new(PlainSsh, "", () => site.OpenTcpAsync(isLifeline: false)),
            new(Lifeline, "", () => site.OpenTcpAsync(isLifeline: true)),
        ];
        paths = [.. paths.Where(p => options.Wants(p.Name is PlainSsh or Lifeline ? "lifeline" : "rungs"))];
        for (int run = 1; run <= options.Runs; run++)
        {
            await Console.Error.WriteLineAsync($"http: run {run} of {options.Runs}…");
            foreach (HttpPath path in paths)
            {
                if (path.Name.Contains("httptunnel", StringComparison.Ordinal) && InstalledPeers.Missing("htc", "hts") is not null) continue;
                foreach (string kind in Kinds) await MeasureAsync(path, kind, options);
            }
        }

        SshBench.Write($"\nHTTP carriers, {options.BulkOctets >> 20} MiB a transfer (an eighth over 100 ms), medians of {options.Runs} interleaved runs; CPU of both ends without squid");
        SshBench.Write($"{"carrier",-20} {"through",-16} {"",-5} {"MB/s",7} {"CPU-s/GiB",10} {"÷httptunnel",12} {"failed",7}");
        foreach (HttpPath path in paths)
        {
            foreach (string kind in Kinds)
            {
                if (path.Name == Lifeline)
                {
                    SshBench.Write(string.Create(CultureInfo.InvariantCulture, $"lifeline over TCP ÷ plain SSH over TCP, {kind}: {Median(path.Rate, kind) / Median(paths.First(p => p.Name == PlainSsh).Rate, kind):0.00}"));
                }

                HttpPath? rival = paths.FirstOrDefault(p => p.Name.Contains("httptunnel", StringComparison.Ordinal) && p.Through == (path.Through == Far ? Far : "squid"));
                double rate = Median(path.Rate, kind);
                string cpu = path.Name == "direct" ? "" : Median(path.Cpu, kind).ToString("0.00", CultureInfo.InvariantCulture);
                string ratio = path.Through.Length == 0 ? "" : SshBench.Ratio(rate, rival is null ? null : Median(rival.Rate, kind));
                SshBench.Write(string.Create(CultureInfo.InvariantCulture, $"{path.Name,-20} {path.Through,-16} {kind,-5} {rate / 1e6,7:0} {cpu,10} {ratio,12} {path.Failed.GetValueOrDefault(kind),7}"));
            }
        }
    }

    private static double Median(Dictionary<string, Samples> of, string kind) => of.TryGetValue(kind, out Samples? samples) ? samples.Median : double.NaN;

    private static async Task MeasureAsync(HttpPath path, string kind, BenchOptions options)
    {
        try
        {
            await using HttpTunnel tunnel = await path.Open();
            int[] roots = [.. tunnel.Processes.Select(p => p.Id)];
            double before = ProcessCpu.Seconds(roots);
            double[] ran = await SshBench.LoadAsync("load-client", kind, tunnel.Port.ToString(CultureInfo.InvariantCulture), (path.Through == Far ? options.BulkOctets / 8 : options.BulkOctets).ToString(CultureInfo.InvariantCulture), "1").WaitAsync(TimeSpan.FromMinutes(1));
            double cpu = ProcessCpu.Seconds(roots) - before;
            Tunnel.Add(path.Rate, kind, ran[0] / ran[1]);
            Tunnel.Add(path.Cpu, kind, cpu / ran[0] * (1L << 30));
        }
        catch (Exception e) when (e is PeerFailureException or TimeoutException && path.Name.Contains("httptunnel", StringComparison.Ordinal))
        {
            path.Failed[kind] = path.Failed.GetValueOrDefault(kind) + 1;
        }
    }
}
