using System.CommandLine;

namespace Adit.Cli.CommandLine;

/// <summary>A command whose <c>--help</c> ends with examples.</summary>
/// <param name="name">The word on the command line.</param>
/// <param name="description">One sentence or a few.</param>
/// <param name="examples">Whole command lines that work; at least one.</param>
internal sealed class Verb(string name, string description, IReadOnlyList<string> examples) : Command(name, description)
{
    /// <summary>Whole command lines that work.</summary>
    public IReadOnlyList<string> Examples { get; } = examples;
}
