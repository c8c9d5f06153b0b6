using System.Globalization;
using Adit.TestKit.Peers;

namespace Adit.Bench.Ssh;

/// <summary>Everything about SSH, beside OpenSSH on the same machine, in interleaved runs.</summary>
internal static class SshBench
{
    public static async Task RunAsync(BenchOptions options)
    {
        Console.WriteLine(await Machine.DescribeAsync());
        await using SshSite site = await SshSite.StartAsync();
        if (options.Wants("forwards")) await ForwardBench.RunAsync(site, options);
        if (options.Wants("path")) await PathBench.RunAsync(site, options);
        if (options.Wants("connections")) await ConnectionBench.RunAsync(site, options);
        if (options.Wants("echo")) await EchoBench.RunAsync(site, options);
        if (options.Wants("idle")) await IdleBench.RunAsync(site, options);
    }

    /// <summary>Runs a load client of this program; its line of figures.</summary>
    public static async Task<double[]> LoadAsync(params string[] arguments)
    {
        ProcessResult ran = (await ProcessRunner.RunAsync(
            new PeerStart { Program = Environment.ProcessPath!, Arguments = arguments }, patience: TimeSpan.FromMinutes(5))).Succeeded();
        return [.. ran.Text.Trim().Split(' ').Select(w => double.Parse(w, CultureInfo.InvariantCulture))];
    }

    /// <summary>A line of a table.</summary>
    public static void Write(string line) => Console.WriteLine(line.TrimEnd());

    /// <summary>A ratio with two places; empty where there is nothing to compare with.</summary>
    public static string Ratio(double value, double? of) => of is > 0 ? (value / of.Value).ToString("0.00", CultureInfo.InvariantCulture) : "";
}
