using System.Text;
using Adit.Cli.Logging;
using Adit.Gateway.Planning;

namespace Adit.Cli.Plan;

/// <summary>A plan for a person.</summary>
internal static class PlanText
{
    private const int Label = 12;

    public static void Write(ConfigurationPlan plan, string file, TextWriter to)
    {
        foreach (PlannedSection section in plan.Sections)
        {
            Line(to, section.Name);
            Column(to, "listens", section.Listeners.Select(l => (l.Address, l.Reach)));
            if (section.Interface is { } device)
            {
                Line(to, $"  {"interface",-Label}{device.Name}, {device.Kind}, MTU {device.Mtu}, in {device.Stack}{(device.Bridge is { } bridge ? $", in bridge {bridge}" : "")}");
                Column(to, "addresses", device.Addresses.Select(a => (a, "")));
                Column(to, "routes", section.Routes.Select(r => ($"ip {r}", "")));
            }

            Column(to, "via", section.Hops.Select((h, i) => ($"{i + 1}. {h.Hop}", $"{h.Means}, at {h.Dials}{(h.IsEncrypted ? "" : "; not encrypted")}")));
            Line(to, $"  {(section.Kind == "forward" ? "target" : section.Kind == "link" ? "peer" : "reaches"),-Label}{section.Target}");
            Column(to, "rules", section.Rules.Select((r, i) => ($"{i + 1}. {r}", "")));
            Column(to, "files", section.Files.Select(f => (f.Path, $"{f.Key}: {f.State}")));
            if (section.Firewall is { } rules)
            {
                Line(to, $"  {"firewall",-Label}{(section.InstallsFirewall ? "installed at the start, removed at the end:" : "to be installed by hand:")}");
                foreach (string route in section.Routes) Line(to, $"    ip {route}");
                foreach (string rule in rules.TrimEnd('\n').Split('\n')) Line(to, $"    {rule}");
            }

            to.WriteLine();
        }

        if (plan.Sections.Count == 0) Line(to, "nothing: the file has no gateway:, forwards:, proxies: or links:");
        Line(to, $"state in {plan.State}");
        if (plan.Warnings.Count == 0) return;
        to.WriteLine();
        foreach (PlanWarning warning in plan.Warnings)
            Line(to, $"{file}:{warning.At}: warning: {(warning.Path.Length > 0 ? $"{warning.Path}: " : "")}{warning.Message}");
    }

    private static void Column(TextWriter to, string label, IEnumerable<(string Left, string Right)> rows)
    {
        (string Left, string Right)[] all = [.. rows];
        int width = all.Length == 0 ? 0 : Math.Min(44, all.Max(r => r.Left.Length));
        for (int i = 0; i < all.Length; i++)
            Line(to, $"  {(i == 0 ? label : ""),-Label}{(all[i].Right.Length == 0 ? all[i].Left : $"{all[i].Left.PadRight(width)}  {all[i].Right}")}");
    }

    private static void Line(TextWriter to, string text)
    {
        var line = new StringBuilder();
        LogText.AppendSafe(line, text);
        to.WriteLine(line);
    }
}
