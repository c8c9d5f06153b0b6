namespace Adit.Gateway.Configuration.Rules;

/// <summary>Datagrams lead to datagrams, and streams to streams.</summary>
internal sealed class ForwardKindRule : IConfigurationRule
{
    /// <inheritdoc/>
    public IEnumerable<(string Path, string Message)> Check(AditConfiguration configuration)
    {
        for (int i = 0; i < configuration.Forwards.Count; i++)
        {
            ForwardConfiguration f = configuration.Forwards[i];
            if (f.Listen is null || f.Target is null || f.Listen.IsUdp == f.Target.IsUdp) continue;
            yield return ($"forwards[{i}].target", $"expected {(f.Listen.IsUdp ? "/udp as in listen" : "no /udp, as in listen")}, got {f.Target}");
        }
    }
}
