namespace Adit.Ssh.Config.Server;

/// <summary>PermitRootLogin of sshd_config(5).</summary>
public enum PermitRootLogin
{
    /// <summary>Not at all.</summary>
    No,

    /// <summary>With a key whose line or certificate forces a command.</summary>
    ForcedCommandsOnly,

    /// <summary>With everything but passwords; the default.</summary>
    ProhibitPassword,

    /// <summary>As anybody else.</summary>
    Yes,
}
