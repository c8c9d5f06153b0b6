using Adit.Bench.Load;

namespace Adit.Bench.Proxies;

/// <summary>A running relay or proxy, and its figures.</summary>
/// <param name="Name">The program.</param>
/// <param name="Path">The way through it to the load server.</param>
/// <param name="Process">Whose CPU counts, with its children's; null for the direct way.</param>
internal sealed record ProxyRow(string Name, LoadPath Path, int? Process)
{
    public Dictionary<string, Samples> Rate { get; } = [];

    public Dictionary<string, Samples> Cpu { get; } = [];

    /// <summary>Measures one kind once.</summary>
    /// <param name="kind">down, up, "one by one" or "16 at once".</param>
    /// <param name="options">How much.</param>
    public async Task MeasureAsync(string kind, BenchOptions options)
    {
        bool bulk = kind is "down" or "up";
        int[] roots = Process is { } id ? [id] : [];
        double before = ProcessCpu.Seconds(roots);
        double[] ran = await Ssh.SshBench.LoadAsync(
            "load-client", bulk ? kind : "channels", Path.ToString(), (bulk ? options.BulkOctets * 4 : options.ChannelMilliseconds).ToString(), kind == "16 at once" ? "16" : "1");
        double cpu = ProcessCpu.Seconds(roots) - before;
        Ssh.Tunnel.Add(Rate, kind, ran[0] / ran[1]);
        Ssh.Tunnel.Add(Cpu, kind, bulk ? cpu / ran[0] * 1e9 : cpu / ran[0] * 1e6);
    }
}
