using System.Globalization;
using System.Net;
using Adit.Bench.Load;
using Adit.Bench.Ssh;
using Adit.TestKit.Peers;

namespace Adit.Bench.Proxies;

/// <summary>Relays and proxies beside others on the same machine, in interleaved runs.</summary>
internal static class ProxyBench
{
    private const string Ours = "adit";
    private static readonly string[] Bulk = ["down", "up"];
    private static readonly string[] Connections = ["one by one", "16 at once"];

    public static async Task RunAsync(BenchOptions options)
    {
        Console.WriteLine(await Machine.DescribeAsync());
        await using PeerProcess load = await PeerProcess.StartAsync(Environment.ProcessPath!, ["load-server"]);
        string ready = await load.WaitForOutputLineAsync(l => l.StartsWith("ready ", StringComparison.Ordinal), "a line \"ready PORT\"");
        int port = int.Parse(ready["ready ".Length..]);
        if (options.Wants("relay")) await RelayAsync(port, options);
        if (options.Wants("socks")) await SocksAsync(port, options);
        if (options.Wants("connect")) await ConnectAsync(port, options);
        if (options.Wants("idle")) await IdleAsync(port, options);
    }

    private static async Task RelayAsync(int port, BenchOptions options)
    {
        await using HaProxy haproxy = await HaProxy.StartRelayAsync($"127.0.0.1:{port}");
        await using AditProgram adit = new("bench");
        int ours = Ports.Free();
        await adit.StartAsync("forward", $"127.0.0.1:{ours}=127.0.0.1:{port}");
        int at = Ports.Free();
        await using PeerProcess socat = await PeerProcess.StartAsync("socat", ["-b65536", $"TCP4-LISTEN:{at},bind=127.0.0.1,fork,reuseaddr", $"TCP4:127.0.0.1:{port}"]);
        await Readiness.WaitForListenerAsync(new IPEndPoint(IPAddress.Loopback, at), socat);
        await CompareAsync(
            "relay of plain TCP", "haproxy",
            [
                new("direct", new LoadPath(port), null), new("haproxy", new LoadPath(haproxy.Port), haproxy.Process.Id),
                new(Ours, new LoadPath(ours), adit.Process.Id), new("socat", new LoadPath(at), socat.Id),
            ],
            options, [.. Bulk, .. Connections]);
    }

    private static async Task SocksAsync(int port, BenchOptions options)
    {
        await using MicroSocks microsocks = await MicroSocks.StartAsync();
        await using Dante dante = await Dante.StartAsync();
        await using AditProgram adit = new("bench");
        int ours = Ports.Free();
        await adit.StartAsync("proxy", "--listen", $"127.0.0.1:{ours}");
        await CompareAsync(
            "SOCKS5", "microsocks",
            [
                new("microsocks", new LoadPath(microsocks.Port, "socks5", port), microsocks.Process.Id), new("dante", new LoadPath(dante.Port, "socks5", port), dante.Process.Id),
                new(Ours, new LoadPath(ours, "socks5", port), adit.Process.Id),
            ],
            options, [.. Bulk, .. Connections]);
    }

    private static async Task ConnectAsync(int port, BenchOptions options)
    {
        await using TinyProxy tinyproxy = await TinyProxy.StartAsync();
        await using Squid squid = await Squid.StartAsync();
        await using AditProgram adit = new("bench");
        int ours = Ports.Free();
        await adit.StartAsync("proxy", "--listen", $"127.0.0.1:{ours}", "--allow", $"127.0.0.1:{port}");
        await CompareAsync(
            "CONNECT", "tinyproxy",
            [
                new("tinyproxy", new LoadPath(tinyproxy.Port, "connect", port), tinyproxy.Process.Id), new("squid", new LoadPath(squid.Port, "connect", port), squid.Process.Id),
                new(Ours, new LoadPath(ours, "connect", port), adit.Process.Id),
            ],
            options, [.. Connections, .. Bulk]);
    }

    private static async Task IdleAsync(int port, BenchOptions options)
    {
        await using AditProgram adit = new("bench");
        int ours = Ports.Free();
        await adit.StartAsync("proxy", "--listen", $"127.0.0.1:{ours}");
        LoadPath path = new(ours, "socks5", port);
        await SshBench.LoadAsync("load-client", "channels", path.ToString(), "500", "16");
        long before = ProcessMemory.Resident(adit.Process.Id);
        // A connection takes the proxy two descriptors, of those that the shell grants.
        ProcessResult limit = (await ProcessRunner.RunAsync("sh", "-c", "ulimit -n")).Succeeded();
        int held = int.TryParse(limit.Text.Trim(), out int descriptors) ? Math.Min(options.IdleConnections * 2, (descriptors - 400) / 2) : options.IdleConnections * 2;
        await using PeerProcess holder = await PeerProcess.StartAsync(Environment.ProcessPath!, ["idle-load", path.ToString(), held.ToString()]);
        await holder.WaitForOutputLineAsync(l => l.StartsWith("ready ", StringComparison.Ordinal), "a line \"ready COUNT\"");
        double each = (ProcessMemory.Resident(adit.Process.Id) - before) / 1024.0 / held;
        SshBench.Write($"\n{held} idle connections through adit proxy (SOCKS5): {each.ToString("0.0", CultureInfo.InvariantCulture)} KiB of private resident memory each");
    }

    private static async Task CompareAsync(string title, string rival, IReadOnlyList<ProxyRow> rows, BenchOptions options, IReadOnlyList<string> kinds)
    {
        for (int run = 1; run <= options.Runs; run++)
        {
            await Console.Error.WriteLineAsync($"{title}: run {run} of {options.Runs}…");
            foreach (string kind in kinds)
                foreach (ProxyRow row in rows) await row.MeasureAsync(kind, options);
        }

        ProxyRow of = rows.First(r => r.Name == rival);
        SshBench.Write($"\n{title}: {options.BulkOctets >> 18} MiB a transfer, {options.ChannelMilliseconds / 1000.0:0.0} s of connections a figure, medians of {options.Runs} interleaved runs");
        SshBench.Write($"{"",-11} {"bulk",-10} {"MB/s",7} {"CPU s/GB",9} {$"÷{rival}",12} {"CPU ÷",6}");
        foreach (ProxyRow row in rows)
            foreach (string kind in kinds.Where(k => Bulk.Contains(k))) Print(row, of, kind, 1e6, "0", "0.00");
        SshBench.Write($"{"",-11} {"new",-10} {"per s",7} {"CPU us",9} {$"÷{rival}",12} {"CPU ÷",6}");
        foreach (ProxyRow row in rows)
            foreach (string kind in kinds.Where(k => !Bulk.Contains(k))) Print(row, of, kind, 1, "0", "0");
    }

    private static void Print(ProxyRow row, ProxyRow of, string kind, double unit, string form, string cpuForm)
    {
        double rate = row.Rate[kind].Median;
        double cpu = row.Cpu[kind].Median;
        bool counts = row.Process is not null;
        SshBench.Write(
            $"{row.Name,-11} {kind,-10} {(rate / unit).ToString(form, CultureInfo.InvariantCulture),7} {(counts ? cpu.ToString(cpuForm, CultureInfo.InvariantCulture) : ""),9} " +
            $"{(counts ? SshBench.Ratio(rate, of.Rate[kind].Median) : ""),12} {(counts ? SshBench.Ratio(cpu, of.Cpu[kind].Median) : ""),6}");
    }
}
