using Adit.Core.Hops;

namespace Adit.Gateway.Configuration.Rules;

/// <summary>Each item of <c>carriers:</c> has a name of its own and hops, and what <c>auto:</c> hops name is there.</summary>
internal sealed class CarriersRule : IConfigurationRule
{
    /// <inheritdoc/>
    public IEnumerable<(string Path, string Message)> Check(AditConfiguration configuration)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < configuration.Carriers.Count; i++)
        {
            CarriersConfiguration carriers = configuration.Carriers[i];
            if (carriers.Name.Length == 0) yield return ($"carriers[{i}]", "expected the key 'name', got none");
            else if (!seen.TryAdd(carriers.Name, i)) yield return ($"carriers[{i}].name", $"expected a name of its own, got {carriers.Name}, as in carriers[{seen[carriers.Name]}]");
            if (carriers.Hops.Count == 0) yield return ($"carriers[{i}]", "expected the key 'hops', got none");
        }

        IEnumerable<(string Path, IReadOnlyList<HopUri> Via)> chains =
        [
            .. configuration.Forwards.Select((f, i) => ($"forwards[{i}].via", f.Via)), .. configuration.Proxies.Select((p, i) => ($"proxies[{i}].via", p.Via)), .. configuration.Links.Select((l, i) => ($"links[{i}].via", l.Via)),
        ];
        foreach ((string path, IReadOnlyList<HopUri> via) in chains)
        {
            foreach (HopUri hop in via.Where(h => h.Scheme.Name == "auto" && !seen.ContainsKey(h.Host)))
                yield return (path, $"expected the name of an item of carriers:, got {hop.Host}");
        }
    }
}
