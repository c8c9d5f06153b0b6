namespace Adit.Ssh.Config.Server;

/// <summary>GatewayPorts of sshd_config(5).</summary>
public enum SshdGatewayPorts
{
    /// <summary>Listeners of clients stand on loopback, whatever they ask for.</summary>
    No,

    /// <summary>They stand on every address, whatever they ask for.</summary>
    Yes,

    /// <summary>The client decides.</summary>
    ClientSpecified,
}
