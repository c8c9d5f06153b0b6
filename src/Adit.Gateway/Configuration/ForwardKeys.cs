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
        new("via", (f, n) => f with { Via = n.ListOf(HopText.Read) }, f => f.Via.Count == 0 ? null : f.Via.Select(HopText.Write).ToList()),
    ];

    private static ForwardEndpoint Endpoint(YamlNode node) =>
        ForwardEndpoint.TryParse(node.Text("[ADDRESS:]PORT or unix:PATH"), out ForwardEndpoint? endpoint, out string? why) ? endpoint! : throw new YamlFault(node.At, why!);
}
