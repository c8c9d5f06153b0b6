using Adit.Platform.Descriptors;

namespace Adit.Platform.Processes;

/// <summary>What to start as a child process, and how.</summary>
public sealed record ChildProcessStart
{
    /// <summary>The program's path; without a slash it is looked for in this process's PATH.</summary>
    public required string Program { get; init; }

    /// <summary>The arguments, the zeroth included: a login shell is told by its dash (<c>-bash</c>). Empty means the program's name alone.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The environment, one <c>NAME=value</c> each; null for this process's own.</summary>
    public IReadOnlyList<string>? Environment { get; init; }

    /// <summary>The working directory; null for this process's own.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Standard input; null for /dev/null.</summary>
    public DescriptorHandle? Input { get; init; }

    /// <summary>Standard output; null for /dev/null.</summary>
    public DescriptorHandle? Output { get; init; }

    /// <summary>Standard error; null for /dev/null.</summary>
    public DescriptorHandle? Error { get; init; }

    /// <summary>Whether standard input, output and error that are null are this process's own instead of /dev/null.</summary>
    public bool InheritStandardStreams { get; init; }

    /// <summary>More descriptors that the child gets, from number 3 on. It gets no others.</summary>
    public IReadOnlyList<DescriptorHandle> Inherited { get; init; } = [];

    /// <summary>Whether it begins a session and a process group of its own (setsid(2)), without a terminal.</summary>
    public bool NewSession { get; init; }

    /// <summary>Whether it begins a process group of its own, in the session of this process. <see cref="NewSession"/> does so anyway.</summary>
    public bool NewGroup { get; init; }

    /// <summary>The path of the slave of a terminal, which becomes its standard streams and the controlling terminal of its new session; null for none.</summary>
    public string? Terminal { get; init; }

    /// <summary>As whom it runs, with this account's own groups; null for this process's account. Takes root, unless it is that account.</summary>
    public UserAccount? Account { get; init; }
}
