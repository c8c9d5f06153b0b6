using System.Text;

namespace Adit.Cli.Manual;

/// <summary>Writes a page as the text of <c>--help</c>.</summary>
internal static class HelpText
{
    private const int Width = 110; // ours: two windows beside each other, or one with a margin
    private const int Column = 30;

    /// <summary>Writes it, without an end of line at the end.</summary>
    public static string Write(CommandPage page)
    {
        var text = new StringBuilder();
        text.AppendLine(page.Purpose);
        foreach (string paragraph in page.Description) Wrap(text.AppendLine(), paragraph, 0);
        text.AppendLine();
        for (int i = 0; i < page.Synopsis.Count; i++) text.AppendLine($"{(i == 0 ? "Usage: " : "       ")}{page.Synopsis[i]}");
        Rows(text, "Commands", page.Commands);
        Rows(text, "Arguments", page.Arguments.Where(a => a.Description.Length > 0).Select(a => new PageRow(a.Name, a.Description)));
        int column = Math.Min(Column, page.Options.Where(o => o.IsListed).Max(o => o.Term.Length) + 4);
        foreach (IGrouping<string, CommandOption> group in page.Options.Where(o => o.IsListed).GroupBy(o => o.Group))
            Rows(text, group.Key, group.Select(o => new PageRow(o.Term, o.Description)), column);
        Rows(text, "Environment", page.Environment);
        Rows(text, "Files", page.Files);
        Rows(text, "Exit codes", page.ExitCodes);
        text.AppendLine().AppendLine("Examples:");
        foreach (PageRow example in page.Examples)
        {
            text.AppendLine($"  {example.Term}");
            if (example.Text.Length > 0) Wrap(text, example.Text, 6);
        }

        return text.ToString().TrimEnd();
    }

    /// <summary>The usage as OpenSSH's programs print it: switches in one cluster, then each option with its value, in 80 columns.</summary>
    public static string Usage(CommandPage page, string tail)
    {
        CommandOption[] letters = [.. page.Options.Where(o => o.IsListed && o.Names[0].Length == 2).OrderBy(o => char.ToLowerInvariant(o.Names[0][1])).ThenBy(o => o.Names[0][1])];
        IEnumerable<string> parts =
        [
            $"[-{string.Concat(letters.Where(o => !o.TakesValue).Select(o => o.Names[0][1]))}]",
            .. letters.Where(o => o.TakesValue).Select(o => $"[{o.Names[0]} {o.Placeholder}]"),
            .. page.Options.Where(o => o.IsListed && o.Names[0].Length > 2 && o.Names[0] != "--help").Select(o => $"[{o.Term}]"),
            .. tail.Length == 0 ? Array.Empty<string>() : [tail],
        ];
        var text = new StringBuilder($"usage: {page.Words}");
        int at = text.Length;
        string indent = new(' ', 11);
        foreach (string part in parts)
        {
            if (at + 1 + part.Length > 79)
            {
                text.Append('\n').Append(indent, 0, indent.Length - 1);
                at = indent.Length - 1;
            }

            text.Append(' ').Append(part);
            at += 1 + part.Length;
        }

        return text.Append($"\nTry '{page.Words} --help'.").ToString();
    }

    private static void Rows(StringBuilder text, string heading, IEnumerable<PageRow> rows, int column = 0)
    {
        PageRow[] all = [.. rows];
        if (all.Length == 0) return;
        text.AppendLine().AppendLine($"{heading}:");
        if (column == 0) column = Math.Min(Column, all.Max(r => r.Term.Length) + 4);
        foreach (PageRow row in all)
        {
            text.Append("  ").Append(row.Term);
            if (row.Term.Length + 4 > column) Wrap(text.AppendLine(), row.Text, column);
            else Wrap(text.Append(' ', column - row.Term.Length - 2), row.Text, column, started: true);
        }
    }

    private static void Wrap(StringBuilder text, string words, int column, bool started = false)
    {
        int at = column;
        if (!started) text.Append(' ', column);
        foreach (string word in words.Split(' '))
        {
            if (at > column && at + 1 + word.Length > Width)
            {
                text.AppendLine().Append(' ', column);
                at = column;
            }

            if (at > column) text.Append(' ');
            text.Append(word);
            at += word.Length + (at > column ? 1 : 0);
        }

        text.AppendLine();
    }
}
