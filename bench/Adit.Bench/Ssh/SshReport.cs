using System.Globalization;

namespace Adit.Bench.Ssh;

/// <summary>The table of <see cref="SshBench"/>.</summary>
internal static class SshReport
{
    public const string Down = "down";
    public const string Up = "up";
    public const string Sequential = "one by one";
    public const string Parallel = "16 at once";

    public static readonly string[] Kinds = [Down, Up, Sequential, Parallel];

    public static bool IsBulk(string kind) => kind is Down or Up;

    public static void Print(BenchOptions options, IReadOnlyList<Tunnel> tunnels)
    {
        Write($"\nssh -L bulk, {options.BulkOctets >> 20} MiB a transfer, medians of {options.Runs} interleaved runs; CPU of both ends");
        Write($"{"cipher",-30} {"client",-9} {"server",-10}  {"",-4} {"MB/s",7} {"Gbit/s",7} {"CPU-s/GiB",9} {"÷OpenSSH",9} {"CPU ÷",6}");
        foreach (Tunnel tunnel in tunnels)
        {
            Tunnel? rival = tunnels.FirstOrDefault(t => t.IsOpenSsh && t.Cipher == tunnel.Cipher);
            foreach (string kind in Kinds.Where(IsBulk))
            {
                double rate = tunnel.Rate[kind].Median;
                Write(
                    $"{tunnel.Cipher,-30} {tunnel.Client,-9} {tunnel.Server,-10}  {kind,-4} {rate / 1e6,7:0} {rate * 8 / 1e9,7:0.00} " +
                    $"{Cpu(tunnel, kind),9} {Ratio(rate, rival?.Rate[kind].Median),9} {Ratio(tunnel.Cpu[kind].Median, rival?.Cpu[kind].Median),6}");
            }
        }

        Write($"\nnew channels (connect, one octet each way, close), {options.ChannelMilliseconds / 1000.0:0.0} s a figure");
        Write($"{"client",-9} {"server",-10}  {"",-10} {"per s",8} {"CPU-us",8} {"÷OpenSSH",9}");
        Tunnel? openSsh = tunnels.FirstOrDefault(t => t.IsOpenSsh);
        foreach (Tunnel tunnel in tunnels.Where(t => t.Rate.ContainsKey(Sequential)))
        {
            foreach (string kind in Kinds.Where(k => !IsBulk(k)))
            {
                double rate = tunnel.Rate[kind].Median;
                string ratio = tunnel.Processes.Count == 0 ? "" : Ratio(rate, openSsh?.Rate[kind].Median);
                Write($"{tunnel.Client,-9} {tunnel.Server,-10}  {kind,-10} {rate,8:0} {Cpu(tunnel, kind),8} {ratio,9}");
            }
        }
    }

    private static string Cpu(Tunnel tunnel, string kind) =>
        tunnel.Processes.Count == 0 ? "" : tunnel.Cpu[kind].Median.ToString(IsBulk(kind) ? "0.00" : "0", CultureInfo.InvariantCulture);

    private static string Ratio(double value, double? of) => of is > 0 ? (value / of.Value).ToString("0.00", CultureInfo.InvariantCulture) : "";

    private static void Write(string line) => Console.WriteLine(line.TrimEnd());
}
