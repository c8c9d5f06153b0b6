using System.Globalization;
using Adit.Bench.Ssh;
using Adit.TestKit.Peers;

namespace Adit.Bench.Mqtt;

/// <summary>
/// Streams through mosquitto on loopback, with and without SSH inside, beside what mosquitto's own clients pass through it. No other program carries streams over MQTT in Debian or npm, so that is the measure.
/// The carrier's ends are processes of their own with TCP on their near side; its rate cap is lifted.
/// </summary>
internal static class MqttBench
{
    private static readonly string[] Kinds = ["down", "up"];

    public static async Task RunAsync(BenchOptions options)
    {
        Console.WriteLine(await Machine.DescribeAsync());
        await using MqttSite site = await MqttSite.StartAsync();
        Dictionary<string, Samples> figures = [];
        for (int run = 1; run <= options.Runs; run++)
        {
            await Console.Error.WriteLineAsync($"mqtt: run {run} of {options.Runs}…");
            if (await site.MeasureRawAsync(options.BulkOctets) is var raw && !double.IsNaN(raw)) Tunnel.Add(figures, "raw", raw);
            foreach ((string name, int port, PeerProcess[] ends) in site.Ways)
            {
                foreach (string kind in Kinds)
                {
                    int[] roots = [.. ends.Select(p => p.Id)];
                    double before = ProcessCpu.Seconds(roots);
                    double[] ran = await SshBench.LoadAsync("load-client", kind, Text(port), Text(options.BulkOctets), "1");
                    Tunnel.Add(figures, $"{name} {kind}", ran[0] / ran[1]);
                    Tunnel.Add(figures, $"{name} {kind} cpu", (ProcessCpu.Seconds(roots) - before) / (ran[0] * 8) * 1e9);
                }

                double[] echo = await SshBench.LoadAsync("echo-load", Text(port), "0", Text(options.Echoes));
                Tunnel.Add(figures, $"{name} median", echo[0]);
                Tunnel.Add(figures, $"{name} p99", echo[1]);
            }
        }

        double ceiling = figures.TryGetValue("raw", out Samples? samples) ? samples.Median : double.NaN;
        SshBench.Write($"\nMQTT carrier through mosquitto, {options.BulkOctets >> 20} MiB a transfer, medians of {options.Runs} interleaved runs; CPU of both ends without the broker");
        SshBench.Write(string.Create(CultureInfo.InvariantCulture, $"mosquitto_pub to mosquitto_sub, 16 KiB messages, QoS 0, losing what is too fast: {ceiling / 1e6:0} MB/s"));
        SshBench.Write($"{"way",-14} {"",-5} {"MB/s",6} {"÷raw",6} {"CPU-s/Gbit",11} {"echo p50 ms",12} {"p99 ms",7}");
        foreach ((string name, _, _) in site.Ways)
        {
            foreach (string kind in Kinds)
            {
                double rate = figures[$"{name} {kind}"].Median;
                string echo = kind == "down" ? string.Create(CultureInfo.InvariantCulture, $"{figures[$"{name} median"].Median,12:0.00} {figures[$"{name} p99"].Median,7:0.00}") : "";
                SshBench.Write(string.Create(CultureInfo.InvariantCulture, $"{name,-14} {kind,-5} {rate / 1e6,6:0} {rate / ceiling,6:0.00} {figures[$"{name} {kind} cpu"].Median,11:0.00} {echo}"));
            }
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
