namespace Adit.Ssh.Config;

public sealed partial record SshConfig
{
    /// <summary>How much is logged.</summary>
    public SshLogLevel LogLevel { get; init; } = SshLogLevel.Info;

    /// <summary>Places in OpenSSH's sources to log more of; no effect here.</summary>
    public IReadOnlyList<string> LogVerbose { get; init; } = [];

    /// <summary>Whether the session gets a terminal.</summary>
    public RequestTty RequestTty { get; init; }

    /// <summary>The command to run at the server, tokens expanded; null for the command line's or a shell.</summary>
    public string? RemoteCommand { get; init; }

    /// <summary>The command to run here once connected, tokens expanded; null unless PermitLocalCommand permits it.</summary>
    public string? LocalCommand { get; init; }

    /// <summary>The same where there is a tunnel, whose device is the token %T.</summary>
    /// <param name="device">The device here.</param>
    public string? LocalCommandWith(string device) =>
        LocalCommand is not null && AsWritten.GetValueOrDefault("localcommand") is { } written && Tokens is { } tokens ? tokens.LocalCommand(written, device) : LocalCommand;

    /// <summary>What runs at the server.</summary>
    public SshSessionType SessionType { get; init; }

    /// <summary>Whether standard input is empty.</summary>
    public bool StdinNull { get; init; }

    /// <summary>Whether to go to the background once authenticated.</summary>
    public bool ForkAfterAuthentication { get; init; }

    /// <summary>Patterns of the variables to send.</summary>
    public IReadOnlyList<string> SendEnv { get; init; } = [];

    /// <summary>Variables to send, with their values.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> SetEnv { get; init; } = [];

    /// <summary>The escape character of terminal sessions; null for none.</summary>
    public char? EscapeCharacter { get; init; }

    /// <summary>Under which facility syslog hears (<c>-y</c>), such as <c>USER</c>.</summary>
    public string SyslogFacility { get; init; } = "USER";

    /// <summary>Whether the escape ~C opens a command line.</summary>
    public bool EnableEscapeCommandline { get; init; }

    /// <summary>Whether PermitLocalCommand lets commands run here: LocalCommand's, and those typed after ~C.</summary>
    public bool PermitLocalCommand { get; init; }

    /// <summary>Words of the configuration as they were written, by keyword in lower case, where the other members do not tell them.</summary>
    public IReadOnlyDictionary<string, string> AsWritten { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether connections share one session.</summary>
    public ControlMaster ControlMaster { get; init; }

    /// <summary>The socket by which they share it; null for none.</summary>
    public string? ControlPath { get; init; }

    /// <summary>How long the master outlives its last session, infinite for ever; null for not at all.</summary>
    public TimeSpan? ControlPersist { get; init; }
}
