namespace Adit.Ssh.Config.Server;

/// <summary>Which directions of forwarding are allowed, from ssh(1)'s point of view.</summary>
[Flags]
public enum SshdForwarding
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Connections from here (<c>-L</c>, <c>-D</c>).</summary>
    Local = 1,

    /// <summary>Listeners here (<c>-R</c>).</summary>
    Remote = 2,

    /// <summary>Both.</summary>
    All = Local | Remote,
}
