using Adit.Gateway.Forwards;

namespace Adit.Gateway.Configuration.Rules;

/// <summary>No two forwards listen in the same place.</summary>
internal sealed class ForwardListenOnceRule : IConfigurationRule
{
    /// <inheritdoc/>
    public IEnumerable<(string Path, string Message)> Check(AditConfiguration configuration)
    {
        var seen = new Dictionary<ForwardEndpoint, int>();
        for (int i = 0; i < configuration.Forwards.Count; i++)
        {
            if (configuration.Forwards[i].Listen is not { } listen || (!listen.IsUnix && listen.Ports.First == 0)) continue;
            if (!seen.TryAdd(listen, i)) yield return ($"forwards[{i}].listen", $"expected a place of its own, got {listen}, as in forwards[{seen[listen]}]");
        }
    }
}
