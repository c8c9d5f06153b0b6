namespace Adit.Gateway.Configuration.Rules;

/// <summary>An address is listened on once, unless the system chooses its port.</summary>
internal sealed class ListenOnceRule : IConfigurationRule
{
    /// <inheritdoc/>
    public IEnumerable<(string Path, string Message)> Check(AditConfiguration configuration) =>
        (configuration.Gateway?.Listen ?? []).Where(l => l.Port != 0 && l.IsBound).GroupBy(l => l.ToString()).Where(g => g.Count() > 1)
            .Select(g => ("gateway.listen", $"expected each address once, got {g.Key} {g.Count()} times"));
}
