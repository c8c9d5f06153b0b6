namespace Adit.Gateway.Configuration.Rules;

/// <summary>A range of ports leads to a range of the same length, or to one target.</summary>
internal sealed class ForwardPortsRule : IConfigurationRule
{
    /// <inheritdoc/>
    public IEnumerable<(string Path, string Message)> Check(AditConfiguration configuration)
    {
        for (int i = 0; i < configuration.Forwards.Count; i++)
        {
            ForwardConfiguration f = configuration.Forwards[i];
            if (f.Listen is null || f.Target is null) continue;
            int here = f.Listen.IsUnix ? 1 : f.Listen.Ports.Count;
            int there = f.Target.IsUnix ? 1 : f.Target.Ports.Count;
            if (!f.Listen.IsUnix && here > 1 && f.Listen.Ports.First == 0) yield return ($"forwards[{i}].listen", "expected a range that begins at 1 or above, got port 0");
            else if (there != 1 && there != here) yield return ($"forwards[{i}].target", $"expected {here} port{(here == 1 ? "" : "s")} as in listen, or one, got {there}");
        }
    }
}
