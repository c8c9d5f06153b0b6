using System.Net;
using Adit.Platform.Processes;
using Adit.Ssh.Keys;

namespace Adit.Ssh.Server.Sessions;

/// <summary>What a <see cref="SessionService"/> runs, as whom, and what it permits. Immutable. Everything is judged where it is asked for.</summary>
public sealed record SessionOptions
{
    /// <summary>The session in log lines; default "ssh".</summary>
    public string Name { get; init; } = "ssh";

    /// <summary>As whom programs run, with the account's groups, home folder and shell; another than this process's takes root. Null: as this process, unchanged.</summary>
    public UserAccount? Account { get; init; }

    /// <summary>What the key (or the certificate) permits, its forced command and its environment; default everything.</summary>
    public KeyPermissions Permissions { get; init; } = KeyPermissions.Unrestricted;

    /// <summary>Where the client is, for SSH_CLIENT and SSH_CONNECTION; null where the carrier does not tell.</summary>
    public IPEndPoint? Source { get; init; }

    /// <summary>Where the client has reached this server; null where the carrier does not tell.</summary>
    public IPEndPoint? Local { get; init; }

    /// <summary>Tells the devices of the session's tunnels, with commas between, for SSH_TUNNEL; null for none.</summary>
    public Func<string?>? TunnelDevices { get; init; }

    /// <summary>Whether commands may be run; default true. Forced commands are commands too.</summary>
    public bool PermitExec { get; init; } = true;

    /// <summary>Whether a shell may be had; default true.</summary>
    public bool PermitShell { get; init; } = true;

    /// <summary>Whether a terminal may be had (PermitTTY); default true.</summary>
    public bool PermitTerminal { get; init; } = true;

    /// <summary>Whether the client's agent may be used from here (AllowAgentForwarding); default true.</summary>
    public bool PermitAgentForwarding { get; init; } = true;

    /// <summary>Whether ~/.ssh/rc is run (PermitUserRC); default true.</summary>
    public bool PermitUserRc { get; init; } = true;

    /// <summary>
    /// Patterns of the variables that the user may set in ~/.ssh/environment and by environment= of a key (PermitUserEnvironment); none by default, <c>*</c> is "yes".
    /// </summary>
    public IReadOnlyList<string> PermitUserEnvironment { get; init; } = [];

    /// <summary>Patterns of the variables that the client may set (AcceptEnv); none by default.</summary>
    public IReadOnlyList<string> AcceptEnv { get; init; } = [];

    /// <summary>Variables of the administrator (SetEnv), which override all others but those of the connection.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> SetEnv { get; init; } = [];

    /// <summary>Subsystems by name, each a command for the shell; <c>internal-sftp</c> is this machine's sftp-server. None by default.</summary>
    public IReadOnlyDictionary<string, string> Subsystems { get; init; } = new Dictionary<string, string>();

    /// <summary>The command that is run whatever the client asks for (ForceCommand); it overrides that of the key. Null for none.</summary>
    public string? ForceCommand { get; init; }

    /// <summary>Sessions at once on the connection, 1 and up (MaxSessions); default 10. A session counts until its program has ended too.</summary>
    public int MaxSessions { get; init; } = 10;

    /// <summary>PATH of programs; null for <c>/usr/local/bin:/usr/bin:/bin:/usr/games</c>, and root's with its sbin folders.</summary>
    public string? Path { get; init; }

    /// <summary>A file that is shown before a login shell on a terminal, unless ~/.hushlogin is there (PrintMotd); null for none, the default.</summary>
    public string? MotdFile { get; init; }

    /// <summary>A file whose being there keeps all but root out, and which they are shown; default <c>/etc/nologin</c>, null for none.</summary>
    public string? NoLoginFile { get; init; } = "/etc/nologin";

    /// <summary>A file of <c>NAME=value</c> lines for everybody; default <c>/etc/environment</c>, null for none.</summary>
    public string? EnvironmentFile { get; init; } = "/etc/environment";
}
