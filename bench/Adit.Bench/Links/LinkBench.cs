using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Adit.Bench.Ssh;
using Adit.TestKit.Peers;

namespace Adit.Bench.Links;

/// <summary>One TCP stream between two namespaces, through packet links of ours and others', in interleaved runs.</summary>
internal static partial class LinkBench
{
    private static readonly IReadOnlyList<string> Needs =
        [InstalledPeers.Root, "ip", "iperf3", "ping", "socat", "openvpn", "wireguard-go", "wg", "sshd", "ssh", "setpriv"];

    public static async Task RunAsync(BenchOptions options)
    {
        if (InstalledPeers.Missing([.. Needs]) is { } missing) throw new PeerFailureException(missing);
        Console.WriteLine(await Machine.DescribeAsync());
        await using LinkSite site = await LinkSite.StartAsync();
        List<LinkPath> paths = [Rivals.Direct(site), await Rivals.KernelVxlanAsync(site), await Rivals.SocatAsync(site), await Rivals.OpenVpnAsync(site), await Rivals.WireGuardAsync(site)];
        if (options.Wants("offloaded"))
        {
            paths.Add(await OurLinks.OpenAsync(site, "adit udp", LinkGroup.Offloaded, "udp", "--port", "5001"));
            paths.Add(await OurLinks.OpenAsync(site, "adit vxlan", LinkGroup.Offloaded, "vxlan", "--vni", "42"));
            paths.Add(await OurLinks.OpenAsync(site, "adit geneve", LinkGroup.Offloaded, "geneve", "--vni", "43"));
        }

        if (options.Wants("raw"))
        {
            paths.Add(await OurLinks.OpenAsync(site, "adit gre", LinkGroup.Raw, "gre"));
            paths.Add(await OurLinks.OpenAsync(site, "adit ipip", LinkGroup.Raw, "ipip"));
            paths.Add(await OurLinks.OpenAsync(site, "adit sit", LinkGroup.Raw, "sit"));
        }

        if (options.Wants("ssh") || options.Wants("rivals"))
        {
            paths.Add(await SshLinks.OpenSshAsync(site));
            if (options.Wants("ssh")) paths.Add(await SshLinks.OursAsync(site));
        }

        for (int run = 1; run <= options.Runs; run++)
        {
            await Console.Error.WriteLineAsync($"links: run {run} of {options.Runs}…");
            foreach (LinkPath path in paths) await MeasureAsync(site, path, options);
        }

        Print(options, paths);
        if (!paths.Any(p => p.Links is not null)) return;
        SshBench.Write($"\nsegments at a time: {"sent by the left end",25} {"received by the right",30}  dropped");
        foreach (LinkPath path in paths.Where(p => p.Links is not null)) await PrintSegmentsAsync(path);
    }

    private static async Task MeasureAsync(LinkSite site, LinkPath path, BenchOptions options)
    {
        int[] roots = [.. path.Processes.Select(p => p.Id)];
        bool answers = path.Group is LinkGroup.RivalSsh or LinkGroup.Ssh;
        await LoadAsync(site, path, 0.3); // wakes the path: a handshake, a neighbour, the compiler
        double before = ProcessCpu.Seconds(roots);
        double systemBefore = SystemCpu.BusySeconds();
        Task<ProcessResult>? pings = answers ? PingsAsync(site, path, options) : null;
        double received = await LoadAsync(site, path, options.LinkSeconds);
        double gigabits = received * 8 / 1e9;
        path.Rate.Add(gigabits / options.LinkSeconds * 1e9);
        path.Cpu.Add((ProcessCpu.Seconds(roots) - before) / gigabits);
        path.SystemCpu.Add((SystemCpu.BusySeconds() - systemBefore) / gigabits);
        if (pings is null) return;
        double[] times = [.. RoundTrip().Matches((await pings).Text).Select(m => double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)).Order()];
        if (times.Length == 0) throw new PeerFailureException($"{path.Name}: no ping came back under load");
        path.MedianRoundTrip.Add(times[times.Length / 2]);
        path.WorstRoundTrip.Add(times[Math.Min(times.Length - 1, times.Length * 99 / 100)]);
    }

    /// <summary>One stream from left to right; the octets received.</summary>
    private static async Task<double> LoadAsync(LinkSite site, LinkPath path, double seconds)
    {
        PeerStart start = new()
        {
            Program = "iperf3",
            // Short loads are told in octets: iperf3's seconds are whole.
            Arguments = ["-c", path.Server, "-C", "cubic", "-J", "--connect-timeout", "5000", .. seconds >= 1 ? new[] { "-t", $"{seconds:0}" } : ["-n", "2M"]],
            Namespace = site.Left.Name,
        };
        ProcessResult result = await ProcessRunner.RunAsync(start, patience: TimeSpan.FromSeconds(60));
        try
        {
            using JsonDocument report = JsonDocument.Parse(result.Succeeded().Output);
            return report.RootElement.GetProperty("end").GetProperty("sum_received").GetProperty("bytes").GetDouble();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or PeerFailureException)
        {
            throw new PeerFailureException($"{path.Name}: {e.Message}\n{string.Join('\n', path.Processes.Select(p => $"{p.CommandLine}\n{p.Output.Text}\n{p.Errors.Text}"))}", e);
        }
    }

    private static Task<ProcessResult> PingsAsync(LinkSite site, LinkPath path, BenchOptions options) => ProcessRunner.RunAsync(
        new PeerStart { Program = "ping", Arguments = ["-i", "0.01", "-w", $"{options.LinkSeconds:0}", path.Server], Namespace = site.Left.Name });

    private static void Print(BenchOptions options, List<LinkPath> paths)
    {
        double direct = paths[0].Rate.Median;
        double socat = paths.First(p => p.Name.StartsWith("socat", StringComparison.Ordinal)).Rate.Median;
        double fastest = paths.Where(p => p.Group == LinkGroup.Rival).Max(p => p.Rate.Median);
        double? openSsh = paths.FirstOrDefault(p => p.Group == LinkGroup.RivalSsh)?.Rate.Median;
        SshBench.Write($"\none TCP stream (cubic) of {options.LinkSeconds:0} s between two namespaces, medians of {options.Runs} interleaved runs; CPU s/Gbit of both ends, and of the whole machine with the load");
        SshBench.Write($"{"",-14} {"Gbit/s",7} {"÷veth",6} {"CPU",6} {"all CPU",7} {"÷socat",7} {"÷best rival",11} {"÷OpenSSH",8}  ping under load: median, 99 of 100");
        foreach (LinkPath path in paths)
        {
            double rate = path.Rate.Median;
            bool overUdp = path.Group is LinkGroup.Offloaded or LinkGroup.Raw;
            bool ssh = path.Group is LinkGroup.Ssh;
            string round = double.IsNaN(path.MedianRoundTrip.Median) ? "" : string.Create(CultureInfo.InvariantCulture, $"{path.MedianRoundTrip.Median:0.0} ms, {path.WorstRoundTrip.Median:0.0} ms");
            SshBench.Write(string.Create(CultureInfo.InvariantCulture, $"{path.Name,-14} {rate / 1e9,7:0.00} {SshBench.Ratio(rate, direct),6} {(path.Processes.Count == 0 ? "" : path.Cpu.Median.ToString("0.000", CultureInfo.InvariantCulture)),6} {path.SystemCpu.Median,7:0.000} {(overUdp || ssh ? SshBench.Ratio(rate, socat) : ""),7} {(overUdp ? SshBench.Ratio(rate, fastest) : ""),11} {(path.Group == LinkGroup.Offloaded || ssh ? SshBench.Ratio(rate, openSsh) : ""),8}  {round}"));
        }
    }

    /// <summary>How many segments came and went at a time: a path on which GRO does not work shows here.</summary>
    private static async Task PrintSegmentsAsync(LinkPath path)
    {
        (string sent, string drops) = Describe(await path.Links!.Value.Client.LinkStatusAsync(), "sent-outside");
        (string received, string serverDrops) = Describe(await path.Links.Value.Server.LinkStatusAsync(), "received-outside");
        SshBench.Write($"{path.Name,-14} {sent,30} {received,30}  {drops}{serverDrops}");
    }

    private static (string Segments, string Drops) Describe(JsonElement link, string direction)
    {
        JsonElement counts = link.GetProperty(direction);
        double Count(string name) => counts.GetProperty(name).GetDouble();
        string drops = string.Concat(link.GetProperty("drops").EnumerateObject().Select(d => $"{d.Name} {d.Value} "));
        return (string.Create(CultureInfo.InvariantCulture, $"{Count("segments") / Count("packets"):0.0} a packet, {Count("segments") / Count("batches"):0.0} a call"), drops);
    }

    [GeneratedRegex(@" time=([\d.]+) ms")]
    private static partial Regex RoundTrip();
}
