namespace Adit.Ssh.Config;

/// <summary>What to resolve a configuration for.</summary>
public sealed record SshConfigRequest
{
    /// <summary>The host as it was named: what Host patterns and <c>%n</c> see.</summary>
    public required string Host { get; init; }

    /// <summary>Options that come before every file, in order: <c>Keyword=value</c> or <c>Keyword value</c>.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>Local forwards that come before every file's.</summary>
    public IReadOnlyList<LocalForward> LocalForwards { get; init; } = [];

    /// <summary>Remote forwards that come before every file's.</summary>
    public IReadOnlyList<RemoteForward> RemoteForwards { get; init; } = [];

    /// <summary>Dynamic forwards that come before every file's.</summary>
    public IReadOnlyList<DynamicForward> DynamicForwards { get; init; } = [];

    /// <summary>Whether standard input and output are forwarded (<c>-W</c>): ClearAllForwardings and ExitOnForwardFailure are then on by default.</summary>
    public bool IsStdioForward { get; init; }

    /// <summary>The file to read instead of the user's and the system's (<c>-F</c>); <c>none</c> for no file; null for the usual two.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>The machine and the account; null for this process's own.</summary>
    public SshConfigEnvironment? Environment { get; init; }

    /// <summary>What algorithm lists are resolved against.</summary>
    public SshAlgorithmLists Algorithms { get; init; } = SshAlgorithmLists.Default;
}
