namespace Adit.TestKit.Peers;

/// <summary>How a peer is started.</summary>
public sealed record PeerStart
{
    public required string Program { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Set over the tests' own environment; a null value removes the variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    public string? WorkingDirectory { get; init; }

    /// <summary>The network namespace to run in (as root); null for the tests' own.</summary>
    public string? Namespace { get; init; }

    /// <summary>Leave standard output to the caller (<see cref="PeerProcess.StandardOutput"/>) instead of capturing its lines.</summary>
    public bool RawOutput { get; init; }
}
