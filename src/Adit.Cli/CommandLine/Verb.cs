using System.CommandLine;
using Adit.Cli.Manual;

namespace Adit.Cli.CommandLine;

/// <summary>A command with what its help and its page in the manual say beyond names and options.</summary>
/// <param name="name">The word on the command line.</param>
/// <param name="description">What it is for, in one sentence; what else there is to say, in further ones.</param>
/// <param name="examples">Whole command lines that work; at least one.</param>
internal sealed class Verb(string name, string description, IReadOnlyList<string> examples) : Command(name, description)
{
    /// <summary>Whole command lines that work.</summary>
    public IReadOnlyList<string> Examples { get; } = examples;

    /// <summary>The exit codes, where they are not the usual ones.</summary>
    public IReadOnlyList<PageRow> ExitCodes { get; init; } = [new("0", "Done."), new("1", "Failed; a line on standard error says where and why."), new("2", "Wrong usage.")];

    /// <summary>The files it reads and writes.</summary>
    public IReadOnlyList<PageRow> Files { get; init; } = [];

    /// <summary>The variables that it heeds.</summary>
    public IReadOnlyList<PageRow> Environment { get; init; } = [];

    /// <summary>Other pages of the manual beside <c>adit(1)</c>, as <c>name(section)</c>.</summary>
    public IReadOnlyList<string> SeeAlso { get; init; } = [];
}
