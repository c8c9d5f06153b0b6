namespace Adit.TestKit.Peers;

/// <summary>ssh(1) of OpenSSH with a private configuration, known_hosts and identity, so that nothing of the user's counts.</summary>
public sealed class OpenSshClient : IDisposable
{
    private readonly PeerFolder _folder = new("ssh");

    /// <param name="identity">The private key to log in with; null for none (an agent, say).</param>
    public OpenSshClient(SshTarget target, SshKeyFile? identity)
    {
        Target = target;
        Identity = identity;
        KnownHostsFile = _folder.Write("known_hosts", target.KnownHosts);
        ConfigFile = _folder.Write("config", $"""
            Host *
                UserKnownHostsFile {KnownHostsFile}
                GlobalKnownHostsFile /dev/null
                StrictHostKeyChecking yes
                UpdateHostKeys no
                BatchMode yes
                IdentitiesOnly {(identity is null ? "no" : "yes")}
                ExitOnForwardFailure yes
                ConnectTimeout 20

            """);
    }

    public SshTarget Target { get; }

    public SshKeyFile? Identity { get; }

    public string KnownHostsFile { get; }

    public string ConfigFile { get; }

    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = null };

    /// <summary>The program to run in ssh's place, which takes ssh's options; null for ssh itself.</summary>
    public string? Program { get; init; }

    /// <summary>The network namespace to run in; null for the tests' own.</summary>
    public string? Namespace { get; init; }

    /// <summary>Words that go before the options, for a <see cref="Program"/> that has verbs.</summary>
    public IReadOnlyList<string> Verb { get; init; } = [];

    /// <summary>The full command: the options that make it private, <paramref name="options"/>, the destination, <paramref name="command"/>.</summary>
    public PeerStart Command(IReadOnlyList<string> options, params string[] command) => new()
    {
        Program = Program ?? InstalledPeers.Find("ssh"),
        Arguments =
        [
            .. Verb, "-F", ConfigFile, "-p", Target.Port.ToString(), .. Identity is null ? Array.Empty<string>() : ["-i", Identity.PrivatePath],
            .. options, $"{Target.User}@{Target.Host}", .. command,
        ],
        Environment = Environment,
        Namespace = Namespace,
    };

    /// <summary>Runs a command on the server to its end.</summary>
    public Task<ProcessResult> RunAsync(IReadOnlyList<string> options, params string[] command) =>
        ProcessRunner.RunAsync(Command(options, command));

    /// <summary>Starts "ssh -N -v" with the given forwards; returns once it is logged in and its forwards stand.</summary>
    public async Task<PeerProcess> StartForwardingAsync(params string[] options)
    {
        PeerProcess process = await PeerProcess.StartAsync(Command(["-N", "-v", .. options]));
        try
        {
            // ssh(1) says the first when its own listeners stand, the second when the server has answered every -R.
            bool remote = options.Any(o => o.StartsWith("-R", StringComparison.Ordinal));
            string said = remote ? "forwarding_success: all expected forwarding replies received" : "Entering interactive session.";
            await process.WaitForErrorLineAsync(l => l.Contains(said, StringComparison.Ordinal), "word that its forwards stand");
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public void Dispose() => _folder.Dispose();
}
