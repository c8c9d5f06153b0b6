using System.Globalization;
using Adit.TestKit.Peers;

namespace Adit.Bench.Ssh;

/// <summary>ssh -L over loopback: bulk by cipher, and new channels.</summary>
internal static class ForwardBench
{
    private const string Down = "down";
    private const string Up = "up";
    private const string Sequential = "one by one";
    private const string Parallel = "16 at once";

    private static readonly string[] Kinds = [Down, Up, Sequential, Parallel];
    private static readonly string[] Ciphers = ["aes128-gcm@openssh.com", "chacha20-poly1305@openssh.com"];

    public static async Task RunAsync(SshSite site, BenchOptions options)
    {
        List<Tunnel> tunnels = [new("none", Tunnel.Direct, "", site.LoadPort, [])];
        foreach (string cipher in Ciphers)
        {
            foreach ((string client, string server) in Tunnel.Pairings) tunnels.Add(await site.OpenTunnelAsync(cipher, client, server));
        }

        // aes256-ctr with hmac-sha2-256 is what PuTTY asks for first.
        if (InstalledPeers.Missing("plink", "puttygen") is null)
        {
            foreach (string server in new[] { Tunnel.OpenSshServer, Tunnel.OurServer }) tunnels.Add(await site.OpenTunnelAsync("plink's default", Tunnel.Plink, server));
        }

        for (int run = 1; run <= options.Runs; run++)
        {
            await Console.Error.WriteLineAsync($"forwards: run {run} of {options.Runs}…");
            foreach (Tunnel tunnel in tunnels)
            {
                // Channels do not depend on the cipher.
                foreach (string kind in Kinds.Where(k => IsBulk(k) || tunnel.Cipher == Ciphers[0] || tunnel.Client == Tunnel.Direct)) await MeasureAsync(tunnel, kind, options);
            }
        }

        Print(options, tunnels);
    }

    private static bool IsBulk(string kind) => kind is Down or Up;

    private static async Task MeasureAsync(Tunnel tunnel, string kind, BenchOptions options)
    {
        bool bulk = IsBulk(kind);
        int[] roots = [.. tunnel.Processes.Select(p => p.Id)];
        double before = ProcessCpu.Seconds(roots);
        double[] ran = await SshBench.LoadAsync(
            "load-client", bulk ? kind : "channels", tunnel.Port.ToString(), (bulk ? options.BulkOctets : options.ChannelMilliseconds).ToString(), kind == Parallel ? "16" : "1");
        double cpu = ProcessCpu.Seconds(roots) - before;
        Tunnel.Add(tunnel.Rate, kind, ran[0] / ran[1]);
        Tunnel.Add(tunnel.Cpu, kind, bulk ? cpu / ran[0] * (1L << 30) : cpu / ran[0] * 1e6);
    }

    private static void Print(BenchOptions options, IReadOnlyList<Tunnel> tunnels)
    {
        SshBench.Write($"\nssh -L bulk, {options.BulkOctets >> 20} MiB a transfer, medians of {options.Runs} interleaved runs; CPU of both ends");
        SshBench.Write($"{"cipher",-30} {"client",-9} {"server",-10}  {"",-4} {"MB/s",7} {"Gbit/s",7} {"CPU-s/GiB",9} {"÷OpenSSH",9} {"CPU ÷",6}");
        foreach (Tunnel tunnel in tunnels)
        {
            Tunnel? rival = tunnels.FirstOrDefault(t => t.IsRival && t.Cipher == tunnel.Cipher);
            foreach (string kind in Kinds.Where(IsBulk))
            {
                double rate = tunnel.Rate[kind].Median;
                SshBench.Write(
                    $"{tunnel.Cipher,-30} {tunnel.Client,-9} {tunnel.Server,-10}  {kind,-4} {rate / 1e6,7:0} {rate * 8 / 1e9,7:0.00} " +
                    $"{Cpu(tunnel, kind),9} {SshBench.Ratio(rate, rival?.Rate[kind].Median),9} {SshBench.Ratio(tunnel.Cpu[kind].Median, rival?.Cpu[kind].Median),6}");
            }
        }

        SshBench.Write($"\nnew channels (connect, one octet each way, close), {options.ChannelMilliseconds / 1000.0:0.0} s a figure");
        SshBench.Write($"{"client",-9} {"server",-10}  {"",-10} {"per s",8} {"CPU-us",8} {"÷OpenSSH",9} {"CPU ÷",6}");
        Tunnel? openSsh = tunnels.FirstOrDefault(t => t.IsRival);
        foreach (Tunnel tunnel in tunnels.Where(t => t.Rate.ContainsKey(Sequential)))
        {
            foreach (string kind in Kinds.Where(k => !IsBulk(k)))
            {
                double rate = tunnel.Rate[kind].Median;
                bool direct = tunnel.Processes.Count == 0;
                SshBench.Write(
                    $"{tunnel.Client,-9} {tunnel.Server,-10}  {kind,-10} {rate,8:0} {Cpu(tunnel, kind),8} {(direct ? "" : SshBench.Ratio(rate, openSsh?.Rate[kind].Median)),9} " +
                    $"{(direct ? "" : SshBench.Ratio(tunnel.Cpu[kind].Median, openSsh?.Cpu[kind].Median)),6}");
            }
        }
    }

    private static string Cpu(Tunnel tunnel, string kind) =>
        tunnel.Processes.Count == 0 ? "" : tunnel.Cpu[kind].Median.ToString(IsBulk(kind) ? "0.00" : "0", CultureInfo.InvariantCulture);
}
