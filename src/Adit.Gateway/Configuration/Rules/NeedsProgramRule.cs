using Adit.Gateway.Permissions;

namespace Adit.Gateway.Configuration.Rules;

/// <summary>A terminal is allowed only where something may run in it, an agent only where something may use it.</summary>
internal sealed class NeedsProgramRule : IConfigurationRule
{
    private const string Why = "expected exec or shell to be allowed too, got neither";

    /// <inheritdoc/>
    public IEnumerable<(string Path, string Message)> Check(AditConfiguration configuration)
    {
        if (configuration.Gateway is not { Exec: false, Shell: ShellMode.Off } gateway) yield break;
        if (gateway.Pty) yield return ("gateway.pty", Why);
        if (gateway.AgentForwarding) yield return ("gateway.agent-forwarding", Why);
    }
}
