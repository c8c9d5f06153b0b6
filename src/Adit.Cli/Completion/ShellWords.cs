using Adit.Cli.Manual;

namespace Adit.Cli.Completion;

/// <summary>What the scripts of all shells have in common.</summary>
internal static class ShellWords
{
    /// <summary>A word that a shell leaves as it is.</summary>
    public static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>Several, with spaces between.</summary>
    public static string Quote(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    /// <summary>The options that a shell offers.</summary>
    public static IEnumerable<CommandOption> Offered(CommandPage page) => page.Options.Where(o => o.NotThereYet is null);

    /// <summary>A description short enough for a list of choices: its first clause.</summary>
    public static string Brief(string description)
    {
        int end = description.IndexOfAny([';', '(']);
        int sentence = description.IndexOf(". ", StringComparison.Ordinal);
        if (sentence > 0 && (end < 0 || sentence < end)) end = sentence;
        return (end > 0 ? description[..end] : description).TrimEnd(' ', '.', ',');
    }
}
