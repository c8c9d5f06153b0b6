using Adit.Core.Hops;

namespace Adit.Gateway.Configuration.Rules;

/// <summary>A hop that ends at a gateway dials nothing further, so a forward cannot go through it.</summary>
internal sealed class HopOrderRule : IConfigurationRule
{
    /// <inheritdoc/>
    public IEnumerable<(string Path, string Message)> Check(AditConfiguration configuration)
    {
        for (int i = 0; i < configuration.Forwards.Count; i++)
        {
            IReadOnlyList<HopUri> via = configuration.Forwards[i].Via;
            for (int j = 0; j < via.Count; j++)
            {
                if (via[j].Scheme.Kind == HopKind.Carrier && (j + 1 == via.Count || via[j + 1].Scheme.Name != "ssh"))
                    yield return ($"forwards[{i}].via", $"expected an ssh:// hop behind {via[j]}, which ends at a gateway's SSH server, got {(j + 1 == via.Count ? "none" : via[j + 1].ToString())}");
            }
        }
    }
}
