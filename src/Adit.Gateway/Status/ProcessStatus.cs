namespace Adit.Gateway.Status;

/// <summary>What a running process tells of itself over its control socket (docs/CONFIGURATION.md, "The control socket"). Immutable.</summary>
public sealed record ProcessStatus
{
    /// <summary>The version of the protocol that this build speaks.</summary>
    public const int CurrentProtocol = 1;

    /// <summary>The version of the protocol: 1. Fields may be added within a version, never change their meaning.</summary>
    public int Protocol { get; init; } = CurrentProtocol;

    /// <summary>The program's version.</summary>
    public string Version { get; init; } = "";

    /// <summary>The process.</summary>
    public int Pid { get; init; }

    /// <summary>The verb: <c>serve</c>, <c>proxy</c>, <c>forward</c>, <c>up</c>, <c>ssh</c>.</summary>
    public string Command { get; init; } = "";

    /// <summary>The configuration file; null where the command line was all.</summary>
    public string? File { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>The last reload; null before the first.</summary>
    public ReloadStatus? LastReload { get; init; }

    /// <summary>Its sections, in the order of the configuration.</summary>
    public IReadOnlyList<SectionStatus> Sections { get; init; } = [];
}
