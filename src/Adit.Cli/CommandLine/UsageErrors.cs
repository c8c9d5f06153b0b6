using System.CommandLine;
using System.CommandLine.Parsing;
using Adit.Core.Text;

namespace Adit.Cli.CommandLine;

/// <summary>Says in one line what is wrong with a command line, naming the nearest word that exists.</summary>
internal static class UsageErrors
{
    // Words that the documentation fixes and that a later version fills.
    private static readonly string[] NotThereYet =
        ["run", "vpn", "inspect", "detect", "lab"];

    /// <summary>Prints the first error and where help is; returns the exit code.</summary>
    public static int Report(ParseResult result, TextWriter error)
    {
        Command command = result.CommandResult.Command;
        if (command is RootCommand root && result.UnmatchedTokens.Count == 0 && result.Tokens.Count == 0) return ListVerbs(root, error);
        string name = NameOf(result.CommandResult);
        string? stray = result.UnmatchedTokens.Count > 0 ? result.UnmatchedTokens[0] : null;
        error.WriteLine(stray is null ? $"{name}: {result.Errors[0].Message.TrimEnd('.')}" : Describe(name, command, stray));
        error.WriteLine($"Try '{name} --help'.");
        return ExitCode.WrongUsage;
    }

    private static int ListVerbs(RootCommand root, TextWriter error)
    {
        error.WriteLine($"adit: expected a command: {string.Join(", ", root.Subcommands.Where(c => !c.Hidden).Select(c => c.Name))}");
        error.WriteLine("Try 'adit --help', or 'adit tour'.");
        return ExitCode.WrongUsage;
    }

    private static string Describe(string name, Command command, string stray)
    {
        if (stray.StartsWith('-'))
        {
            string option = stray.Split('=', 2)[0];
            IEnumerable<string> known = command.Options.Concat([CommonOptions.Verbose, CommonOptions.LogFormat])
                .Where(o => !o.Hidden).SelectMany(o => o.Aliases.Prepend(o.Name)).Where(o => o.StartsWith("--", StringComparison.Ordinal));
            return $"{name}: {option}: unknown option{Suggest(option, known)}";
        }

        if (command.Subcommands.Count == 0) return $"{name}: {stray}: unexpected argument";
        if (command is RootCommand && NotThereYet.Contains(stray)) return $"{name}: {stray}: this command is not there yet in this version";
        return $"{name}: {stray}: unknown command{Suggest(stray, command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name))}";
    }

    private static string Suggest(string given, IEnumerable<string> known) =>
        NearestName.Find(given, known) is { } nearest ? $"; did you mean '{nearest}'?" : "";

    private static string NameOf(CommandResult result)
    {
        var words = new Stack<string>();
        for (SymbolResult? r = result; r is not null; r = r.Parent)
            if (r is CommandResult c) words.Push(c.Command is RootCommand ? "adit" : c.Command.Name);
        return string.Join(' ', words);
    }
}
