namespace Adit.Bench.Ssh;

/// <summary>One interactive channel beside bulk ones on the same connection.</summary>
internal static class EchoBench
{
    private const int Bulk = 32;
    private const string Cipher = "aes128-gcm@openssh.com";

    public static async Task RunAsync(SshSite site, BenchOptions options)
    {
        List<Tunnel> tunnels = [];
        foreach ((string client, string server) in Tunnel.Pairings) tunnels.Add(await site.OpenTunnelAsync(Cipher, client, server));
        for (int run = 1; run <= options.Runs; run++)
        {
            await Console.Error.WriteLineAsync($"echo: run {run} of {options.Runs}…");
            foreach (Tunnel tunnel in tunnels)
            {
                double[] ran = await SshBench.LoadAsync("echo-load", tunnel.Port.ToString(), Bulk.ToString(), options.Echoes.ToString());
                Tunnel.Add(tunnel.Rate, "median", ran[0]);
                Tunnel.Add(tunnel.Rate, "p99", ran[1]);
                Tunnel.Add(tunnel.Rate, "bulk", ran[2]);
            }
        }

        SshBench.Write($"\necho of one octet beside {Bulk} downloads on one connection, {options.Echoes} a figure, {Cipher}");
        SshBench.Write($"{"client",-9} {"server",-10}  {"median ms",9} {"p99 ms",8} {"bulk MB/s",9}");
        foreach (Tunnel t in tunnels) SshBench.Write($"{t.Client,-9} {t.Server,-10}  {t.Rate["median"].Median,9:0.00} {t.Rate["p99"].Median,8:0.00} {t.Rate["bulk"].Median / 1e6,9:0}");
    }
}
