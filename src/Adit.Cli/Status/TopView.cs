using System.Globalization;
using System.Text;
using Adit.Cli.Logging;
using Adit.Gateway.Status;

namespace Adit.Cli.Status;

/// <summary>What <c>adit top</c> shows: sections with their rates, then the busiest connections. Rates are differences to the look before.</summary>
internal sealed class TopView
{
    private const string Header = "    PID  SECTION  LISTENS                       CONNS    IN ALL  REFUSED      UP/s    DOWN/s        UP      DOWN";
    private Dictionary<string, (long Up, long Down)> _before = [];
    private DateTimeOffset _last;

    /// <summary>Lines that fit a screen.</summary>
    /// <param name="state">The state folder.</param>
    /// <param name="processes">What answered.</param>
    /// <param name="silent">What did not.</param>
    /// <param name="now">The time.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    public IReadOnlyList<string> Draw(string state, IReadOnlyList<ProcessStatus> processes, IReadOnlyList<string> silent, DateTimeOffset now, int width, int height)
    {
        double seconds = _last == default ? 0 : Math.Max(0.001, (now - _last).TotalSeconds);
        var seen = new Dictionary<string, (long Up, long Down)>(StringComparer.Ordinal);
        var sections = new List<string>();
        var connections = new List<(double Rate, string Line)>();
        (double Up, double Down) total = default;
        foreach (ProcessStatus process in processes)
        {
            foreach (SectionStatus s in process.Sections)
            {
                (double up, double down) = Rate($"{process.Pid} {string.Join(' ', s.Listening)}", s.Up, s.Down, seconds, seen);
                total = (total.Up + up, total.Down + down);
                string place = s.Listening.Count == 0 ? "" : s.Listening.Count == 1 ? s.Listening[0] : $"{s.Listening[0]} +{s.Listening.Count - 1}";
                sections.Add(string.Create(CultureInfo.InvariantCulture,
                    $"{process.Pid,7}  {s.Kind,-7}  {Cut(place, 28),-28}  {s.Active,5}  {s.Accepted,8}  {s.Refused,7}  {Quantities.Octets(up),8}  {Quantities.Octets(down),8}  {Quantities.Octets(s.Up),8}  {Quantities.Octets(s.Down),8}"));
                foreach (HopStatus hop in s.Hops.Where(h => h.State is "failed" or "lost" or "connecting")) sections.Add($"         {hop.State}: {hop.Hop}{(hop.Problem is { } why ? $": {why}" : "")}");
                if (s.Link is { } link) sections.Add($"         {LinkText.Summary(link)}{(link.Problem is { } problem ? $": {problem}" : "")}");
                foreach (ConnectionStatus c in s.Connections.Where(c => c.Up is not null))
                {
                    (double cUp, double cDown) = Rate($"{process.Pid} {c.From} {c.What} {c.Since.Ticks}", c.Up!.Value, c.Down ?? 0, seconds, seen);
                    connections.Add((cUp + cDown, string.Create(CultureInfo.InvariantCulture,
                        $"{process.Pid,7}  {Cut(c.User is null ? c.From ?? "" : $"{c.User} {c.From}", 30),-30}  {Cut(c.What ?? "", 40),-40}  {Quantities.Octets(cUp),8}  {Quantities.Octets(cDown),8}")));
                }
            }
        }

        (_before, _last) = (seen, now);
        var lines = new List<string>
        {
            string.Create(CultureInfo.InvariantCulture,
                $"adit top  {now.LocalDateTime:HH:mm:ss}  {processes.Count} processes, {processes.Sum(p => p.Sections.Sum(s => s.Active))} connections, {Quantities.Octets(total.Up)}/s up, {Quantities.Octets(total.Down)}/s down"),
            "",
            Header,
        };
        lines.AddRange(sections);
        lines.AddRange(silent);
        if (processes.Count == 0) lines.Add($"nothing is running ({state}/run)");
        if (connections.Count > 0)
        {
            lines.Add("");
            lines.Add("    PID  FROM                            WHAT                                          UP/s    DOWN/s");
            lines.AddRange(connections.OrderByDescending(c => c.Rate).Select(c => c.Line));
        }

        return [.. lines.Take(Math.Max(1, height - 1)).Select(l => Safe(l, width))];
    }

    private (double Up, double Down) Rate(string key, long up, long down, double seconds, Dictionary<string, (long Up, long Down)> seen)
    {
        seen[key] = (up, down);
        return seconds > 0 && _before.TryGetValue(key, out (long Up, long Down) before)
            ? (Math.Max(0, up - before.Up) / seconds, Math.Max(0, down - before.Down) / seconds)
            : (0, 0);
    }

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + "…";

    private static string Safe(string text, int width)
    {
        var line = new StringBuilder();
        LogText.AppendSafe(line, text);
        return Cut(line.ToString(), Math.Max(1, width));
    }
}
