using Adit.TestKit.Peers;

namespace Adit.Bench.Ssh;

/// <summary>Memory of forwarded connections that say nothing: growth of the resident set of each end's processes.</summary>
internal static class IdleBench
{
    private const string Cipher = "aes128-gcm@openssh.com";

    public static async Task RunAsync(SshSite site, BenchOptions options)
    {
        SshBench.Write($"\n{options.IdleConnections} idle forwarded connections: KiB of resident memory each");
        SshBench.Write($"{"client",-9} {"server",-10}  {"client's",9} {"server's",9}");
        foreach ((string client, string server) in Tunnel.Pairings)
        {
            Tunnel tunnel = await site.OpenTunnelAsync(Cipher, client, server);
            // The first ones bring what the programs need once: code, pools, tables.
            await SshBench.LoadAsync("load-client", "channels", tunnel.Port.ToString(), "500", "16");
            long[] before = [.. tunnel.Processes.Select(p => ProcessMemory.Resident(p.Id))];
            (_, PeerProcess holder) = await site.StartHelperAsync("idle-load", tunnel.Port.ToString(), options.IdleConnections.ToString());
            long[] after = [.. tunnel.Processes.Select(p => ProcessMemory.Resident(p.Id))];
            double Each(int end) => (after[end] - before[end]) / 1024.0 / options.IdleConnections;
            SshBench.Write($"{client,-9} {server,-10}  {Each(0),9:0.0} {Each(1),9:0.0}");
            await holder.DisposeAsync();
        }
    }
}
