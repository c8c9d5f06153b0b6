using Adit.Gateway.Permissions;

namespace Adit.Gateway.Configuration.Rules;

/// <summary>A terminal is allowed only where something may run in it.</summary>
internal sealed class TerminalNeedsProgramRule : IConfigurationRule
{
    /// <inheritdoc/>
    public IEnumerable<(string Path, string Message)> Check(AditConfiguration configuration)
    {
        if (configuration.Gateway is { Pty: true, Exec: false, Shell: ShellMode.Off })
            yield return ("gateway.pty", "expected exec or shell to be allowed too, got neither");
    }
}
