namespace Adit.Ssh.Config;

/// <summary>SessionType: what runs at the server.</summary>
public enum SshSessionType
{
    /// <summary>A shell or a command.</summary>
    Default,

    /// <summary>Nothing: forwarding only (<c>-N</c>).</summary>
    None,

    /// <summary>A subsystem (<c>-s</c>).</summary>
    Subsystem,
}
