using System.Globalization;
using Adit.Core.Overhead;

namespace Adit.Cli.Mtu;

/// <summary>A <see cref="StackReport"/> for a person.</summary>
internal static class MtuText
{
    public static void Write(StackReport report, TextWriter to)
    {
        int width = Math.Max(5, report.Rows.Max(r => r.Layer.Text.Length));
        to.WriteLine($"{"layer".PadRight(width)}  octets  total  leaves  fields");
        foreach (StackReportRow row in report.Rows)
        {
            string leaves = row.Leaves is { } octets ? octets.ToString(CultureInfo.InvariantCulture) : "stream";
            to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.Layer.Text.PadRight(width)}  {row.Layer.Octets,6}  {row.Total,5}  {leaves,6}  {Fields(row.Layer)}"));
        }

        bool isStream = report.Stack.Layers.SkipLast(1).Any(l => l.IsStream);
        to.WriteLine();
        Line(to, "outer MTU", $"{report.OuterMtu}");
        Line(to, "inner MTU", $"{report.InnerMtu}{(isStream ? " (a choice: within a stream packets have no bound)" : "")}");
        if (report.MaximumSegment is { } segment) Line(to, "MSS", $"{segment}");
        string made = isStream ? $"{report.OuterOctets} octets of the stream" : report.Fragments == 1 ? $"{report.OuterOctets} outside" : $"{report.OuterOctets} outside, in {report.Fragments} fragments";
        Line(to, "packet", $"{report.InnerPacket} inside, {made}");
        if (double.IsFinite(report.Expansion)) Line(to, "overhead", string.Create(CultureInfo.InvariantCulture, $"{(report.Expansion - 1) * 100:0.00} %"));
        Line(to, "security", report.Security);
        foreach (string warning in report.Warnings) Line(to, "warning", warning);
    }

    private static string Fields(Layer layer)
    {
        string fields = string.Join(", ", layer.Fields.Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Name} {f.Octets}")));
        if (layer.Block > 1) fields += string.Create(CultureInfo.InvariantCulture, $"; padded to {layer.Block}");
        return $"{fields}{(layer.Note is { } note ? $"{(fields.Length == 0 ? "" : "; ")}{note}" : "")} ({layer.Source})";
    }

    private static void Line(TextWriter to, string label, string text) => to.WriteLine($"{label,-11}{text}");
}
