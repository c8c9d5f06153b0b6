using Adit.Cli.Manual;

namespace Adit.Cli.Completion;

/// <summary>What the scripts of all shells have in common.</summary>
internal static class ShellWords
{
    private static readonly string[] Ends = ["; ", " (", ". ", ": "];

    /// <summary>A word that a shell leaves as it is.</summary>
    public static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>Several, with spaces between.</summary>
    public static string Quote(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    /// <summary>The options that a shell offers.</summary>
    public static IEnumerable<CommandOption> Offered(CommandPage page) => page.Options.Where(o => o.IsListed);

    /// <summary>A description short enough for a list of choices: its first clause.</summary>
    public static string Brief(string description)
    {
        int end = description.Length;
        foreach (string mark in Ends)
        {
            int at = description.IndexOf(mark, StringComparison.Ordinal);
            if (at > 0 && at < end) end = at;
        }

        return description[..end].TrimEnd('.');
    }
}
