using System.CommandLine;
using System.Globalization;
using Adit.Cli.Manual;

namespace Adit.Cli.CommandLine;

/// <summary>Makes the page of a command from its definition.</summary>
internal static class VerbPage
{
    /// <summary>The page of a verb.</summary>
    public static CommandPage Of(Verb verb)
    {
        (string purpose, string? rest) = Split(verb.Description ?? "");
        return new CommandPage
        {
            Verb = verb.Name,
            Purpose = purpose,
            Description = rest is null ? [] : [rest],
            Synopsis = [string.Join(' ', ["adit", verb.Name, "[options]", .. verb.Arguments.Select(Form)])],
            Arguments = [.. verb.Arguments.Select(a => new CommandArgument(a.Name, a.Description ?? "", ValueOf(a), a.Arity.MaximumNumberOfValues > 1))],
            Options = [.. verb.Options.Concat(Shared).Where(o => !o.Hidden).Select(Option), Help],
            Examples = [.. verb.Examples.Select(e => new PageRow(e))],
            ExitCodes = verb.ExitCodes,
            Files = verb.Files,
            Environment = verb.Environment,
            SeeAlso = ["adit(1)", .. verb.SeeAlso],
        };
    }

    /// <summary>The page of <c>adit</c> itself.</summary>
    /// <param name="root">The root, with its verbs.</param>
    /// <param name="pages">The pages of the verbs.</param>
    public static CommandPage Of(RootCommand root, IReadOnlyList<CommandPage> pages) => new()
    {
        Verb = "",
        Purpose = root.Description!,
        Description = ["Each command has its own help: adit help COMMAND, or adit COMMAND --help. The manual has a page for each: adit-COMMAND, made by adit man."],
        Synopsis = ["adit [options] command ..."],
        Commands = [.. pages.Select(p => new PageRow(p.Verb, p.Purpose))],
        Options = [.. Shared.Select(Option), new CommandOption(["--version"], null, "Print the version."), Help],
        Examples = [.. AditCommand.Examples.Select(e => new PageRow(e))],
        ExitCodes = [new("0", "Done."), new("1", "Failed; a line on standard error says where and why."), new("2", "Wrong usage."), new("255", "adit ssh and adit sshd: as ssh(1) and sshd(8).")],
        Environment = [new("ADIT_STATE", "The folder for keys and state, where --state names none.")],
        SeeAlso = [.. pages.Select(p => $"{p.Name}({p.Section})"), "ssh(1)", "ssh_config(5)"],
    };

    private static Option[] Shared => [CommonOptions.Verbose, CommonOptions.LogFormat];

    private static CommandOption Help => new(["-?", "-h", "--help"], null, "Print this help.");

    private static CommandOption Option(Option option)
    {
        string text = option.Description!.TrimEnd('.');
        bool takesValue = option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool);
        object? standard = takesValue && option.HasDefaultValue ? option.GetDefaultValue() : null;
        if (standard is not null) text += string.Create(CultureInfo.InvariantCulture, $" (default {standard})");
        return new CommandOption([.. option.Aliases.Prepend(option.Name).OrderBy(n => n.Length)], takesValue ? option.HelpName ?? "VALUE" : null, $"{text}.")
        {
            Repeats = option.Arity.MaximumNumberOfValues > 1 || option == CommonOptions.Verbose,
        };
    }

    private static ValueForm ValueOf(Argument argument)
    {
        string[] words = [.. argument.GetCompletions(System.CommandLine.Completions.CompletionContext.Empty).Select(c => c.Label)];
        return words.Length > 0 ? new ValueForm(ValueKind.Choice, words) : ValueForm.Of(argument.Name);
    }

    private static string Form(Argument argument) =>
        (argument.Arity.MinimumNumberOfValues, argument.Arity.MaximumNumberOfValues) switch
        {
            (0, 1) => $"[{argument.Name}]",
            (0, _) => $"[{argument.Name} ...]",
            (_, 1) => argument.Name,
            _ => $"{argument.Name} [{argument.Name} ...]",
        };

    private static (string Purpose, string? Others) Split(string description)
    {
        int end = description.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? (description, null) : (description[..(end + 1)], description[(end + 2)..]);
    }
}
