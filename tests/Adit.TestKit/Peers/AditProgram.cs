namespace Adit.TestKit.Peers;

/// <summary>Our own program as a person runs it: the built executable, in a home and with a state folder of its own.</summary>
public sealed class AditProgram : IAsyncDisposable
{
    private readonly PeerFolder _folder;
    private PeerProcess? _process;

    public AditProgram(string purpose = "program")
    {
        _folder = new PeerFolder(purpose);
        Directory.CreateDirectory(Home);
        Environment = new Dictionary<string, string?> { ["HOME"] = Home, ["ADIT_STATE"] = State, ["SSH_AUTH_SOCK"] = null };
    }

    /// <summary>
    /// The executable: what $ADIT_PROGRAM names (./test sets it to the one that ./adit runs), else the one that building the tests built.
    /// </summary>
    public static string ExecutablePath { get; } = FindExecutable();

    public string Home => _folder["home"];

    public string State => _folder["state"];

    public PeerFolder Folder => _folder;

    public IReadOnlyDictionary<string, string?> Environment { get; }

    /// <summary>
    /// Whether <see cref="Home"/> also lies over the home folder that the system names for this account (as root, in a mount namespace), so that shells which it
    /// starts read nothing of the user's and leave nothing there.
    /// </summary>
    public bool CoversHome { get; init; }

    /// <summary>The program that <see cref="StartAsync(string[])"/> started.</summary>
    public PeerProcess Process => _process ?? throw new InvalidOperationException("not started");

    public PeerStart Command(params string[] arguments)
    {
        const string home = "/root";
        if (!CoversHome || !System.Environment.IsPrivilegedProcess || ExecutablePath.StartsWith(home + "/", StringComparison.Ordinal))
        {
            return new() { Program = ExecutablePath, Arguments = arguments, Environment = Environment };
        }

        return new()
        {
            Program = "unshare",
            Arguments = ["--mount", "--propagation", "private", "sh", "-c", "mount --bind \"$1\" \"$2\" && shift 2 && exec \"$@\"", "sh", Home, home, ExecutablePath, .. arguments],
            Environment = Environment,
        };
    }

    /// <summary>Runs a verb to its end.</summary>
    public Task<ProcessResult> RunAsync(params string[] arguments) => ProcessRunner.RunAsync(Command(arguments));

    /// <summary>Starts a verb that stays, and returns its line "ready …" once it serves.</summary>
    public Task<string> StartAsync(params string[] arguments) => StartAsync(Command(arguments));

    /// <inheritdoc cref="StartAsync(string[])"/>
    public async Task<string> StartAsync(PeerStart command)
    {
        _process = await PeerProcess.StartAsync(command);
        return await _process.WaitForErrorLineAsync(l => l.StartsWith("ready", StringComparison.Ordinal), "a line \"ready …\"");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        _folder.Dispose();
    }

    private static string FindExecutable()
    {
        if (System.Environment.GetEnvironmentVariable("ADIT_PROGRAM") is { Length: > 0 } named) return named;
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "Adit.slnx"))) root = Path.GetDirectoryName(root);
        return Path.Combine(root ?? throw new PeerFailureException("Adit.slnx is in no folder above the tests"), "src/Adit.Cli/bin/Release/net10.0/adit");
    }
}
