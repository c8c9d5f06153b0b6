using Adit.Core.Policy;
using Adit.Gateway.Forwards;

namespace Adit.Gateway.Configuration.Rules;

/// <summary>Places of different sections, and ranges of ports, do not overlap. Places that are written alike are told by <see cref="ForwardListenOnceRule"/>, <see cref="ListenOnceRule"/> and <see cref="ProxyRule"/>.</summary>
internal sealed class PlacesApartRule : IConfigurationRule
{
    private const int MostPlaces = 1000; // ours: all pairs are compared; beyond it, the start tells

    /// <inheritdoc/>
    public IEnumerable<(string Path, string Message)> Check(AditConfiguration configuration)
    {
        var places = new List<(string Section, string Path, ForwardEndpoint At)>();
        foreach (Listeners.ListenUri uri in (configuration.Gateway?.Listen ?? []).Where(u => u.IsBound && u.Scheme != "dns"))
            places.Add(("gateway", "gateway.listen", new ForwardEndpoint(uri.Host, new PortRange(uri.Port, uri.Port), null)));
        for (int i = 0; i < configuration.Forwards.Count; i++)
            if (configuration.Forwards[i].Listen is { } listen) places.Add(($"forwards[{i}]", $"forwards[{i}].listen", listen));
        for (int i = 0; i < configuration.Proxies.Count; i++)
            places.AddRange(configuration.Proxies[i].Listen.Select(l => ($"proxies[{i}]", $"proxies[{i}].listen", l)));
        if (places.Count > MostPlaces) yield break;
        for (int i = 1; i < places.Count; i++)
        {
            for (int j = 0; j < i; j++)
            {
                bool isToldElsewhere = places[j].At == places[i].At && (places[j].Section == "gateway") == (places[i].Section == "gateway");
                if (isToldElsewhere || places[j].Section == places[i].Section || !Overlap(places[j].At, places[i].At)) continue;
                yield return (places[i].Path, $"expected a place of its own, got {places[i].At}, which overlaps {places[j].At} in {places[j].Section}");
            }
        }
    }

    private static bool Overlap(ForwardEndpoint a, ForwardEndpoint b)
    {
        if (a.IsUnix || b.IsUnix) return a.IsUnix && b.IsUnix && a.Path == b.Path;
        if (a.IsUdp != b.IsUdp || a.Ports.First == 0 || b.Ports.First == 0) return false;
        return a.Ports.First <= b.Ports.Last && b.Ports.First <= a.Ports.Last && Meet(HostOf(a), HostOf(b));
    }

    private static string HostOf(ForwardEndpoint at) => string.IsNullOrEmpty(at.Host) ? "localhost" : at.Host;

    private static bool Meet(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase) || Holds(a, b) || Holds(b, a);

    // What surely includes the other, without looking names up.
    private static bool Holds(string wide, string narrow) => wide switch
    {
        "*" => true,
        "0.0.0.0" => narrow == "localhost" || !narrow.Contains(':', StringComparison.Ordinal) && System.Net.IPAddress.TryParse(narrow, out _),
        "::" => narrow == "localhost" || narrow.Contains(':', StringComparison.Ordinal),
        "localhost" => narrow is "127.0.0.1" or "::1",
        _ => false,
    };
}
