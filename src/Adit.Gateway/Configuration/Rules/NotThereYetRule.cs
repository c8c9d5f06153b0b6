using Adit.Gateway.Permissions;

namespace Adit.Gateway.Configuration.Rules;

/// <summary>What may be asked for and is not there yet.</summary>
internal sealed class NotThereYetRule : IConfigurationRule
{
    private const string Why = "not there yet in this version; the gateway forwards only";

    /// <inheritdoc/>
    public IEnumerable<(string Path, string Message)> Check(AditConfiguration configuration)
    {
        if (configuration.Gateway is not { } gateway) yield break;
        if (gateway.Exec) yield return ("gateway.exec", Why);
        if (gateway.Shell != ShellMode.Off) yield return ("gateway.shell", Why);
        if (gateway.Pty && (gateway.Exec || gateway.Shell != ShellMode.Off)) yield return ("gateway.pty", Why);
        if (gateway.AgentForwarding) yield return ("gateway.agent-forwarding", Why);
    }
}
