using Adit.Cli.Ssh.Sharing;
using Adit.Core;
using Adit.Core.Hops;
using Adit.Ssh.Config;

namespace Adit.Cli.Ssh;

/// <summary>
/// A command line of <c>adit ssh</c>, understood. Theory of operation: ssh(1)'s own getopt (letters in a cluster, values glued or apart, options
/// also between host and command, <c>--</c>), and Adit's few long options. What a letter means for the configuration becomes an option line before
/// every file's, so that <c>-p 22</c> and <c>-o Port=22</c> are one thing and the first of them wins.
/// </summary>
internal sealed record SshCommandLine
{
    /// <summary>What is asked for; the rest counts for a connection only.</summary>
    public SshInvocation Invocation { get; init; }

    /// <summary>Whom to connect to; the user and the port are among <see cref="Options"/> as well.</summary>
    public required SshDestination Destination { get; init; }

    /// <summary>The command to run at the server, its words joined with blanks; null for none.</summary>
    public string? Command { get; init; }

    /// <summary>Option lines for the configuration, in their order.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary><c>-L</c>.</summary>
    public IReadOnlyList<LocalForward> LocalForwards { get; init; } = [];

    /// <summary><c>-R</c>.</summary>
    public IReadOnlyList<RemoteForward> RemoteForwards { get; init; } = [];

    /// <summary><c>-D</c>.</summary>
    public IReadOnlyList<DynamicForward> DynamicForwards { get; init; } = [];

    /// <summary><c>-i</c>, for the warning about a file that is missing; they are among <see cref="Options"/> as well.</summary>
    public IReadOnlyList<string> IdentityFiles { get; init; } = [];

    /// <summary><c>-W</c>: what standard input and output are connected with; null for nothing.</summary>
    public TcpDestination? StdioForward { get; init; }

    /// <summary><c>-O</c>: what a master is asked for instead of a connection; null for nothing.</summary>
    public ControlCommand? Control { get; init; }

    /// <summary><c>--via</c>, nearest hop first.</summary>
    public IReadOnlyList<HopUri> Via { get; init; } = [];

    /// <summary><c>--reconnect</c>: whether a lost connection is made again.</summary>
    public bool Reconnects { get; init; }

    /// <summary><c>--lease</c>, <c>--apply</c>, <c>--apply-dns</c>: what becomes of the addresses that a gateway leases.</summary>
    public LeaseUse Lease { get; init; }

    /// <summary><c>--log-format json</c>.</summary>
    public bool LogsJson { get; init; }

    /// <summary><c>-E</c>: where the log goes; null for standard error.</summary>
    public string? LogFile { get; init; }

    /// <summary><c>-F</c>; null for the usual files.</summary>
    public string? ConfigFile { get; init; }

    /// <summary><c>-Q</c>: what is asked for.</summary>
    public string Query { get; init; } = "";

    /// <summary><c>-y</c>: whether the log goes to syslog(3).</summary>
    public bool LogsToSystem { get; init; }

    /// <summary>How often <c>-v</c> was given.</summary>
    public int Verbosity { get; init; }

    /// <summary>The request that resolves the configuration, this command line first.</summary>
    public SshConfigRequest ToConfigRequest() => new()
    {
        Host = Destination.Host,
        Options = Options,
        LocalForwards = LocalForwards,
        RemoteForwards = RemoteForwards,
        DynamicForwards = DynamicForwards,
        IsStdioForward = StdioForward is not null,
        ConfigFile = ConfigFile,
    };

    /// <summary>Reads a command line, without the words <c>adit ssh</c>.</summary>
    /// <exception cref="SshUsageException">It is wrong, or asks for what is not there yet.</exception>
    public static SshCommandLine Parse(IReadOnlyList<string> words) => new SshCommandLineParser(words).Parse();
}
