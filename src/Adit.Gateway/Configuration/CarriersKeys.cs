using Adit.Core.Hops;
using Adit.Gateway.Configuration.Yaml;

namespace Adit.Gateway.Configuration;

/// <summary>The keys of an item of <c>carriers:</c>.</summary>
internal static class CarriersKeys
{
    private const int MostHops = 16; // ours

    public static IReadOnlyList<YamlKey<CarriersConfiguration>> Table { get; } =
    [
        new("name", (c, n) => c with { Name = Name(n) }, c => c.Name),
        new("key", (c, n) => c with { Key = n.Path() }, c => c.Key),
        new("hops", (c, n) => c with { Hops = Hops(n) }, c => c.Hops.Select(HopText.Write).ToList()),
    ];

    private static string Name(YamlNode node) =>
        node.Text("a name of letters, digits, ., - and _") is { Length: > 0 and <= 64 } name && name[0] != '-' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_') ? name : throw node.Fault("a name of letters, digits, ., - and _");

    private static IReadOnlyList<HopUri> Hops(YamlNode node)
    {
        IReadOnlyList<HopUri> hops = node.ListOf(HopText.Read);
        if (hops.Count is 0 or > MostHops) throw node.Fault($"1 to {MostHops} carriers");
        return hops.All(h => h.Scheme.Kind == HopKind.Carrier && h.Scheme.Name != "auto") ? hops : throw node.Fault("carriers only: tcp, ws, wss, http, https, dns, mqtt, mqtts, sms+smpp, sms+smpps, sms+modem");
    }
}
