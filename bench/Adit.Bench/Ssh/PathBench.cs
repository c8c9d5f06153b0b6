namespace Adit.Bench.Ssh;

/// <summary>Bulk over a path of 100 ms there and back.</summary>
internal static class PathBench
{
    private const int OneWay = 50;
    private const string Cipher = "aes128-gcm@openssh.com";

    public static async Task RunAsync(SshSite site, BenchOptions options)
    {
        Dictionary<string, int> ports = [];
        foreach (string server in new[] { Tunnel.OpenSshServer, Tunnel.OurServer }) ports[server] = await site.DelayAsync(server, OneWay);
        List<Tunnel> tunnels = [];
        foreach ((string client, string server) in Tunnel.Pairings) tunnels.Add(await site.OpenTunnelAsync(Cipher, client, server, ports[server]));
        for (int run = 1; run <= options.Runs; run++)
        {
            await Console.Error.WriteLineAsync($"path: run {run} of {options.Runs}…");
            foreach (Tunnel tunnel in tunnels)
            {
                // OpenSSH's window is reached at once, so less of it tells the same rate.
                long octets = tunnel.IsRival ? options.BulkOctets / 8 : options.BulkOctets / 2;
                foreach (string kind in new[] { "down", "up" })
                {
                    double[] ran = await SshBench.LoadAsync("load-client", kind, tunnel.Port.ToString(), octets.ToString(), "1");
                    Tunnel.Add(tunnel.Rate, kind, ran[0] / ran[1]);
                }
            }
        }

        SshBench.Write($"\nbulk over a path of {2 * OneWay} ms, {options.BulkOctets >> 21} MiB a transfer ({options.BulkOctets >> 23} with OpenSSH alone), {Cipher}");
        SshBench.Write($"{"client",-9} {"server",-10}  {"",-4} {"MB/s",7} {"÷OpenSSH",9}");
        foreach (Tunnel tunnel in tunnels)
        {
            foreach (string kind in new[] { "down", "up" })
            {
                double rate = tunnel.Rate[kind].Median;
                SshBench.Write($"{tunnel.Client,-9} {tunnel.Server,-10}  {kind,-4} {rate / 1e6,7:0.0} {SshBench.Ratio(rate, tunnels[0].Rate[kind].Median),9}");
            }
        }
    }
}
