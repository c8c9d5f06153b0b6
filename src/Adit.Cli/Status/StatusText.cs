using System.Text;
using Adit.Cli.Logging;
using Adit.Gateway.Status;

namespace Adit.Cli.Status;

/// <summary>Statuses for a person.</summary>
internal static class StatusText
{
    public static void Write(string state, IReadOnlyList<ProcessStatus> processes, IReadOnlyList<string> silent, DateTimeOffset now, TextWriter to)
    {
        if (processes.Count == 0 && silent.Count == 0) Line(to, $"nothing is running ({state}/run)");
        foreach (ProcessStatus process in processes)
        {
            Line(to, $"adit {process.Command}{(process.File is { } file ? $" {file}" : "")}, pid {process.Pid}, for {Quantities.Age(now - process.Since)}, version {process.Version}");
            if (process.LastReload is { } reload) Line(to, $"  reload {Quantities.Age(now - reload.At)} ago: {(reload.Ok ? "" : "nothing is changed: ")}{reload.Message}");
            foreach (SectionStatus section in process.Sections) Write(section, now, to);
            to.WriteLine();
        }

        foreach (string line in silent) Line(to, line);
    }

    private static void Write(SectionStatus section, DateTimeOffset now, TextWriter to)
    {
        string listening = section.Listening.Count <= 4 ? string.Join(' ', section.Listening) : $"{section.Listening[0]} … {section.Listening[^1]} ({section.Listening.Count})";
        Line(to, $"  {section.Kind,-9}{listening}{(section.Target is { } target ? $" to {target}" : "")}");
        foreach (HopStatus hop in section.Hops)
        {
            Line(to, $"           via {hop.Hop}: {Describe(hop, now)}");
            foreach (CarrierStatus carrier in hop.Carriers ?? []) Line(to, $"             {carrier.Carrier}: {Describe(carrier)}");
        }

        if (section.Link is { } link)
        {
            foreach (string line in LinkText.Lines(link)) Line(to, $"           {line}");
            return;
        }

        string failed = section.Failed == 0 ? "" : section.Kind == "gateway" ? $", {section.Failed} logins failed" : $", {section.Failed} failed";
        Line(to, $"           {section.Active} now, {section.Accepted} in all, {section.Refused} refused{failed}; {Octets(section.Up, section.Down)}");
        if (section.Connections.Count == 0) return;
        int from = Math.Min(48, section.Connections.Max(c => From(c).Length));
        int what = Math.Min(48, section.Connections.Max(c => (c.What ?? "").Length));
        foreach (ConnectionStatus c in section.Connections)
        {
            string octets = c.Up is { } up && c.Down is { } down ? Octets(up, down) : "";
            Line(to, $"             {From(c).PadRight(from)}  {(c.What ?? "").PadRight(what)}  {Quantities.Age(now - c.Since),7}  {octets}".TrimEnd());
        }

        if (section.Active > section.Connections.Count) Line(to, $"             and {section.Active - section.Connections.Count} more");
    }

    private static string From(ConnectionStatus c) => (c.From, c.User) switch
    {
        ({ } from, { } user) => $"{user} from {from}",
        ({ } from, null) => from,
        (null, { } user) => user,
        _ => "a local process",
    };

    private static string Describe(CarrierStatus carrier)
    {
        string text = carrier.RoundTripMilliseconds is { } time ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{carrier.State}, {time:0.0} ms") : carrier.State;
        return carrier.Problem is { } problem ? $"{text}: {problem}" : text;
    }

    private static string Describe(HopStatus hop, DateTimeOffset now)
    {
        string text = hop.Since is { } since ? $"{hop.State}, {Quantities.Age(now - since)}" : hop.State;
        if (hop.Up is { } up && hop.Down is { } down) text += $", {Octets(up, down)}";
        if (hop.Moves is { } moves) text += moves == 1 ? ", moved once" : $", moved {moves} times";
        if (hop.Failures > 0) text += $", {hop.Failures} failed";
        return hop.Problem is { } problem && hop.State is "failed" or "lost" ? $"{text}: {problem}" : text;
    }

    private static string Octets(long up, long down) => $"{Quantities.Octets(up)} up, {Quantities.Octets(down)} down";

    private static void Line(TextWriter to, string text)
    {
        var line = new StringBuilder();
        LogText.AppendSafe(line, text);
        to.WriteLine(line);
    }
}
