namespace Adit.Ssh.Config.Server;

public sealed partial record SshdConfig
{
    /// <summary>Which TCP forwards are allowed.</summary>
    public SshdForwarding AllowTcpForwarding { get; init; } = SshdForwarding.All;

    /// <summary>Which forwards of unix sockets are allowed.</summary>
    public SshdForwarding AllowStreamLocalForwarding { get; init; } = SshdForwarding.All;

    /// <summary>Whether an agent may be forwarded.</summary>
    public bool AllowAgentForwarding { get; init; } = true;

    /// <summary>Whether every forward is refused.</summary>
    public bool DisableForwarding { get; init; }

    /// <summary>Where connections may be opened to; null for everywhere.</summary>
    public IReadOnlyList<SshdPermission>? PermitOpen { get; init; }

    /// <summary>Where may be listened; null for everywhere.</summary>
    public IReadOnlyList<SshdPermission>? PermitListen { get; init; }

    /// <summary>Who may connect to listeners of clients.</summary>
    public SshdGatewayPorts GatewayPorts { get; init; }

    /// <summary>Which tun devices may be forwarded: <c>no</c>, <c>point-to-point</c>, <c>ethernet</c> or <c>yes</c>.</summary>
    public string PermitTunnel { get; init; } = "no";

    /// <summary>The umask for sockets of forwards.</summary>
    public int StreamLocalBindMask { get; init; } = SshConfig.DefaultStreamLocalBindMask;

    /// <summary>Whether a stale socket is removed before listening.</summary>
    public bool StreamLocalBindUnlink { get; init; }

    /// <summary>Whether X11 may be forwarded.</summary>
    public bool X11Forwarding { get; init; }

    /// <summary>Whether a terminal may be asked for.</summary>
    public bool PermitTty { get; init; } = true;

    /// <summary>Whether ~/.ssh/rc is run.</summary>
    public bool PermitUserRc { get; init; } = true;

    /// <summary>Whether ~/.ssh/environment and environment= count: <c>yes</c>, <c>no</c>, or patterns of names.</summary>
    public string PermitUserEnvironment { get; init; } = "no";

    /// <summary>Patterns of variables taken from the client.</summary>
    public IReadOnlyList<string> AcceptEnv { get; init; } = [];

    /// <summary>Variables set for every session.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> SetEnv { get; init; } = [];

    /// <summary>The command that is run whatever the client asks for; null for none.</summary>
    public string? ForceCommand { get; init; }

    /// <summary>The commands of subsystems, in order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Subsystems { get; init; } = [];

    /// <summary>The folder that sessions see as the root, with tokens; null for none.</summary>
    public string? ChrootDirectory { get; init; }

    /// <summary>Whether /etc/motd is shown.</summary>
    public bool PrintMotd { get; init; } = true;

    /// <summary>Whether the last login is shown.</summary>
    public bool PrintLastLog { get; init; } = true;

    /// <summary>Whether sessions may read how their user logged in (SSH_USER_AUTH).</summary>
    public bool ExposeAuthInfo { get; init; }

    /// <summary>Inactivity after which channels of a type (a pattern) are closed, in order.</summary>
    public IReadOnlyList<(string Pattern, TimeSpan Timeout)> ChannelTimeouts { get; init; } = [];

    /// <summary>ChannelTimeout as it was written.</summary>
    public IReadOnlyList<string> ChannelTimeoutTexts { get; init; } = [];

    /// <summary>How long a connection may be without channels; null for ever.</summary>
    public TimeSpan? UnusedConnectionTimeout { get; init; }
}
