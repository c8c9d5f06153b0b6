using System.Text;
using Adit.Core.Hops;
using Adit.Gateway.Configuration.Yaml;
using Adit.Gateway.Forwards;

namespace Adit.Gateway.Configuration;

/// <summary>The keys of an item of <c>forwards:</c>.</summary>
internal static class ForwardKeys
{
    public static IReadOnlyList<YamlKey<ForwardConfiguration>> Table { get; } =
    [
        new("listen", (f, n) => f with { Listen = Endpoint(n) }, f => f.Listen?.ToString()),
        new("target", (f, n) => f with { Target = Endpoint(n) }, f => f.Target?.ToString()),
        new("via", (f, n) => f with { Via = n.ListOf(Hop) }, f => f.Via.Count == 0 ? null : f.Via.Select(Text).ToList()),
    ];

    private static ForwardEndpoint Endpoint(YamlNode node) =>
        ForwardEndpoint.TryParse(node.Text("[ADDRESS:]PORT or unix:PATH"), out ForwardEndpoint? endpoint, out string? why) ? endpoint! : throw new YamlFault(node.At, why!);

    private static HopUri Hop(YamlNode node) =>
        HopUri.TryParse(node.Text("a hop such as ssh://me@host"), out HopUri? hop, out string? error) ? hop : throw new YamlFault(node.At, error);

    // A password is not written back: it reads *** there, as everywhere that is printed.
    private static string Text(HopUri hop)
    {
        var text = new StringBuilder(hop.ToString());
        char mark = '?';
        foreach ((string name, string value) in hop.Query)
        {
            text.Append(mark).Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
            mark = '&';
        }

        return text.ToString();
    }
}
