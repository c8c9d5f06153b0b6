using Adit.TestKit.Peers;

namespace Adit.Bench.Ssh;

/// <summary>Memory of forwarded connections that say nothing: growth of the resident set of each end's processes.</summary>
internal static class IdleBench
{
    private const string Cipher = "aes128-gcm@openssh.com";

    /// <summary>Where an end is OpenSSH's: its loop looks at every descriptor each time, and 5000 connections one after another take it minutes.</summary>
    private const int MostAtOpenSsh = 1000;

    public static async Task RunAsync(SshSite site, BenchOptions options)
    {
        SshBench.Write("\nidle forwarded connections: KiB of private resident memory each");
        SshBench.Write($"{"client",-9} {"server",-10}  {"held",6} {"client's",9} {"server's",9}");
        foreach ((string client, string server) in Tunnel.Pairings)
        {
            int held = client == Tunnel.OurClient && server == Tunnel.OurServer ? options.IdleConnections : Math.Min(options.IdleConnections, MostAtOpenSsh);
            Tunnel tunnel = await site.OpenTunnelAsync(Cipher, client, server);
            // The first ones bring what the programs need once: code, pools, tables.
            await SshBench.LoadAsync("load-client", "channels", tunnel.Port.ToString(), "500", "16");
            long[] before = [.. tunnel.Processes.Select(p => ProcessMemory.Resident(p.Id))];
            (_, PeerProcess holder) = await site.StartHelperAsync("idle-load", tunnel.Port.ToString(), held.ToString());
            long[] after = [.. tunnel.Processes.Select(p => ProcessMemory.Resident(p.Id))];
            double Each(int end) => (after[end] - before[end]) / 1024.0 / held;
            SshBench.Write($"{client,-9} {server,-10}  {held,6} {Each(0),9:0.0} {Each(1),9:0.0}");
            await holder.DisposeAsync();
        }
    }
}
