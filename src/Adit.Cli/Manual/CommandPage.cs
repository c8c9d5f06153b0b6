namespace Adit.Cli.Manual;

/// <summary>
/// What there is to say about one command, said once: <c>--help</c>, the man page, the usage and the completions of the shells are written from it.
/// </summary>
internal sealed record CommandPage
{
    /// <summary>The word after <c>adit</c>; empty for <c>adit</c> itself.</summary>
    public required string Verb { get; init; }

    /// <summary>The section of the manual: 1, or 8 for servers that administrators run.</summary>
    public int Section { get; init; } = 1;

    /// <summary>What it is for: one sentence.</summary>
    public required string Purpose { get; init; }

    /// <summary>Further paragraphs.</summary>
    public IReadOnlyList<string> Description { get; init; } = [];

    /// <summary>The forms of the command line.</summary>
    public required IReadOnlyList<string> Synopsis { get; init; }

    /// <summary>What stands on the command line beside options, in order.</summary>
    public IReadOnlyList<CommandArgument> Arguments { get; init; } = [];

    /// <summary>The options, those of a group together.</summary>
    public IReadOnlyList<CommandOption> Options { get; init; } = [];

    /// <summary>The commands beneath.</summary>
    public IReadOnlyList<PageRow> Commands { get; init; } = [];

    /// <summary>Whole command lines that work, and what each does; no text where the line says it.</summary>
    public required IReadOnlyList<PageRow> Examples { get; init; }

    /// <summary>The exit codes.</summary>
    public IReadOnlyList<PageRow> ExitCodes { get; init; } = [];

    /// <summary>The files it reads and writes.</summary>
    public IReadOnlyList<PageRow> Files { get; init; } = [];

    /// <summary>The variables that it heeds.</summary>
    public IReadOnlyList<PageRow> Environment { get; init; } = [];

    /// <summary>Other pages, as <c>name(section)</c>.</summary>
    public IReadOnlyList<string> SeeAlso { get; init; } = [];

    /// <summary>The page's name in the manual.</summary>
    public string Name => Verb.Length == 0 ? "adit" : $"adit-{Verb}";

    /// <summary>What stands on a command line before options.</summary>
    public string Words => Verb.Length == 0 ? "adit" : $"adit {Verb}";
}
