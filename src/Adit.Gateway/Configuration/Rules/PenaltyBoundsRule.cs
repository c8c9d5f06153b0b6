using Adit.Gateway.Configuration.Yaml;

namespace Adit.Gateway.Configuration.Rules;

/// <summary>The least penalty that is enforced is not above the most that is kept.</summary>
internal sealed class PenaltyBoundsRule : IConfigurationRule
{
    /// <inheritdoc/>
    public IEnumerable<(string Path, string Message)> Check(AditConfiguration configuration)
    {
        if (configuration.Gateway?.Penalties is { } p && p.Minimum > p.Maximum)
            yield return ("gateway.penalties.max", $"expected at least min ({NodeValues.Write(p.Minimum)}), got {NodeValues.Write(p.Maximum)}");
    }
}
