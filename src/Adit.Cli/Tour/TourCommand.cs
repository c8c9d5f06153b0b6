using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Adit.Cli.CommandLine;

namespace Adit.Cli.Tour;

/// <summary><c>adit tour</c>: opens every kind of tunnel on this machine and moves octets through each.</summary>
internal static class TourCommand
{
    /// <summary>The rows, in the order in which they are shown; a new kind of tunnel adds its own.</summary>
    private static readonly IReadOnlyList<TourRow> Rows = [.. SshRows.All, .. ProxyRows.All, .. HttpRows.All, .. CarrierRows.All, .. LinkRows.All];

    private static int NameWidth { get; } = Rows.Max(r => r.Name.Length);

    private static int StackWidth { get; } = Rows.Max(r => r.Stack.Length);

    public static Command Create()
    {
        var output = new Option<string>("--output") { Description = "The form of the report", DefaultValueFactory = _ => "text", HelpName = "text|json" };
        output.AcceptOnlyFromAmong("text", "json");
        var size = new Option<int>("--size") { Description = "MiB to move through each tunnel, 1 to 65536", DefaultValueFactory = _ => 16, HelpName = "MIB" };
        var command = new Verb(
            "tour",
            "Open every kind of tunnel on this machine and move octets through each. Both ends are here; what comes back is checked; nothing stays behind.",
            ["adit tour", "adit tour --size 256 --output json"])
        {
            output, size,
        };
        command.SetAction((result, cancellationToken) => RunAsync(result.GetValue(size), result.GetValue(output) == "json", result.InvocationConfiguration.Output, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(int size, bool json, TextWriter to, CancellationToken cancellationToken)
    {
        if (size is < 1 or > 65_536) throw new Terminal.UsageException($"--size: expected 1 to 65536 MiB, got {size}");
        var results = new List<TourResult>();
        var progress = new TourProgress(to, !Console.IsOutputRedirected && to == Console.Out);
        TourSite site = await TourSite.OpenAsync((long)size << 20, json ? _ => { } : progress.Show, cancellationToken).ConfigureAwait(false);
        await using (site.ConfigureAwait(false))
        {
            if (!json) await to.WriteLineAsync(Line("tunnel", "stack", "overhead", "rate", "encrypted", "octets")).ConfigureAwait(false);
            foreach (TourRow row in Rows)
            {
                TourResult result = await TourTransfer.RunAsync(row, site, (long)size << 20, cancellationToken).ConfigureAwait(false);
                results.Add(result);
                progress.Clear();
                if (!json) await to.WriteLineAsync(Describe(result)).ConfigureAwait(false);
            }
        }

        if (json) WriteJson(results, to);
        else WriteCommands(to);
        return results.TrueForAll(r => r.Failure is null) ? ExitCode.Done : ExitCode.Failed;
    }

    private static string Describe(TourResult result) => (result.Skipped is { } skipped ? $"skipped: {skipped}" : result.Failure is { } why ? $"FAILED: {why}" : null) is { } failure
        ? $"{result.Row.Name.PadRight(NameWidth)}  {result.Row.Stack.PadRight(StackWidth)}  {failure}"
        : Line(
            result.Row.Name,
            result.Row.Stack,
            double.IsNaN(result.Overhead) ? "" : string.Create(CultureInfo.InvariantCulture, $"{result.Overhead * 100:0.00} %"),
            result.Rate < 1 ? string.Create(CultureInfo.InvariantCulture, $"{result.Rate * 1000:0} kB/s") : string.Create(CultureInfo.InvariantCulture, $"{result.Rate:0} MB/s"),
            result.Protection,
            "all back, exact");

    private static string Line(string name, string stack, string overhead, string rate, string encrypted, string octets) =>
        $"{name.PadRight(NameWidth)}  {stack.PadRight(StackWidth)}  {overhead,8}  {rate,9}  {encrypted,-22}  {octets}";

    private static void WriteCommands(TextWriter to)
    {
        to.WriteLine();
        to.WriteLine("The same for real:");
        foreach (TourRow row in Rows) to.WriteLine($"  {row.Name.PadRight(NameWidth)}  {row.Command}");
    }

    private static void WriteJson(List<TourResult> results, TextWriter to)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartArray();
            foreach (TourResult r in results)
            {
                json.WriteStartObject();
                json.WriteString("tunnel", r.Row.Name);
                json.WriteString("stack", r.Row.Stack);
                json.WriteBoolean("ok", r is { Failure: null, Skipped: null });
                if (r.Skipped is not null) json.WriteString("skipped", r.Skipped);
                if (r.Failure is not null) json.WriteString("failure", r.Failure);
                json.WriteNumber("octets", r.Octets);
                json.WriteNumber("seconds", Math.Round(r.Elapsed.TotalSeconds, 6));
                if (!double.IsNaN(r.Overhead)) json.WriteNumber("overhead", Math.Round(r.Overhead, 6));
                json.WriteString("encryption", r.Protection);
                json.WriteString("command", r.Row.Command);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        to.WriteLine(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }
}
