namespace Adit.Gateway.Configuration.Rules;

/// <summary>A forward has a place to listen and a target with a host.</summary>
internal sealed class ForwardIsCompleteRule : IConfigurationRule
{
    /// <inheritdoc/>
    public IEnumerable<(string Path, string Message)> Check(AditConfiguration configuration)
    {
        for (int i = 0; i < configuration.Forwards.Count; i++)
        {
            ForwardConfiguration f = configuration.Forwards[i];
            if (f.Listen is null) yield return ($"forwards[{i}]", "expected the key 'listen', got none");
            if (f.Target is null) yield return ($"forwards[{i}]", "expected the key 'target', got none");
            else if (!f.Target.IsUnix && f.Target.Host is "" or "*") yield return ($"forwards[{i}].target", $"expected HOST:PORT or unix:PATH, got '{f.Target}'");
            else if (!f.Target.IsUnix && f.Target.Ports.First == 0) yield return ($"forwards[{i}].target", "expected a port from 1 to 65535, got 0");
        }
    }
}
