namespace Adit.Ssh.Multiplexing;

/// <summary>How a connection is shared. Immutable.</summary>
public sealed record ControlMasterOptions
{
    /// <summary>Where the control socket stands; its folder should be this user's alone.</summary>
    public required string Path { get; init; }

    /// <summary>The host as questions name it.</summary>
    public required string Host { get; init; }

    /// <summary>Asks the person at the master before anything is shared (ControlMaster ask); null shares unasked.</summary>
    public Func<string, CancellationToken, ValueTask<bool>>? Permits { get; init; }

    /// <summary>How long the master lives on without a client or an open channel (ControlPersist); null and infinite: until it is told to end.</summary>
    public TimeSpan? Persist { get; init; }

    /// <summary>Whether a master that a client told to take no more of them (<c>-O stop</c>) ends with its last client and channel: one that has no session of its own does.</summary>
    public bool EndsWhenStopped { get; init; }

    /// <summary>Patterns of the variables that clients may pass on (SendEnv).</summary>
    public IReadOnlyList<string> SendEnvironment { get; init; } = [];

    /// <summary>Variables that every session gets (SetEnv).</summary>
    public IReadOnlyList<KeyValuePair<string, string>> SetEnvironment { get; init; } = [];

    /// <summary>Whether a client that asks for it gets the agent forwarded (ForwardAgent of the master).</summary>
    public bool ForwardsAgent { get; init; }

    /// <summary>Clients at once; more are turned away. Default 512, each with at most two messages of 256 KiB and one session.</summary>
    public int Clients { get; init; } = 512;

    /// <summary>How long a client may take to say hello; default 30 s.</summary>
    public TimeSpan HelloTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
