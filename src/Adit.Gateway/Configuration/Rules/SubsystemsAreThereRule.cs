using Adit.Ssh.Server.Sessions;

namespace Adit.Gateway.Configuration.Rules;

/// <summary><c>internal-sftp</c> needs this machine's sftp-server.</summary>
internal sealed class SubsystemsAreThereRule : IConfigurationRule
{
    /// <inheritdoc/>
    public IEnumerable<(string Path, string Message)> Check(AditConfiguration configuration)
    {
        if (configuration.Gateway is not { } gateway) yield break;
        foreach ((string name, string command) in gateway.Subsystems)
        {
            if (SftpServer.Expand(command) is null) yield return ($"gateway.subsystems.{name}", "internal-sftp: expected OpenSSH's sftp-server to be installed, got none");
        }
    }
}
