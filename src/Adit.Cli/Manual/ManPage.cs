using System.Globalization;
using System.Text;

namespace Adit.Cli.Manual;

/// <summary>Writes a page for man(1), in the macros of man(7).</summary>
internal static class ManPage
{
    /// <summary>Writes it.</summary>
    /// <param name="page">What to say.</param>
    /// <param name="version">Adit's.</param>
    /// <param name="date">The day that stands at its foot.</param>
    public static string Write(CommandPage page, string version, DateOnly date)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $".TH {page.Name.ToUpperInvariant().Replace("-", "\\-", StringComparison.Ordinal)} {page.Section} {date:yyyy-MM-dd} \"Adit {version}\" \"Adit Manual\"\n");
        // No hyphenation and no stretched lines: command lines are to be copied.
        text.Append(".nh\n.ad l\n.SH NAME\n").Append(Escape(page.Name)).Append(" \\- ").Append(Escape(Lower(page.Purpose.TrimEnd('.')))).Append('\n');
        text.Append(".SH SYNOPSIS\n.nf\n");
        foreach (string form in page.Synopsis) text.Append(".B ").Append(Quote(form)).Append('\n');
        text.Append(".fi\n.SH DESCRIPTION\n").Append(Line(page.Purpose));
        foreach (string paragraph in page.Description) text.Append(".PP\n").Append(Line(paragraph));
        Rows(text, "COMMANDS", page.Commands);
        Rows(text, "ARGUMENTS", page.Arguments.Where(a => a.Description.Length > 0).Select(a => new PageRow(a.Name, a.Description)));
        Options(text, page);
        Rows(text, "EXIT STATUS", page.ExitCodes);
        Rows(text, "ENVIRONMENT", page.Environment);
        Rows(text, "FILES", page.Files);
        Examples(text, page.Examples);
        if (page.SeeAlso.Count > 0) SeeAlso(text, page.SeeAlso);
        return text.ToString();
    }

    private static void Options(StringBuilder text, CommandPage page)
    {
        IGrouping<string, CommandOption>[] groups = [.. page.Options.Where(o => o.IsListed).GroupBy(o => o.Group)];
        if (groups.Length == 0) return;
        text.Append(".SH OPTIONS\n");
        foreach (IGrouping<string, CommandOption> group in groups)
        {
            if (groups.Length > 1) text.Append(".SS ").Append(Quote(group.Key)).Append('\n');
            foreach (CommandOption option in group)
            {
                string names = string.Join(", ", option.Names.Select(n => $"\\fB{Escape(n)}\\fR"));
                text.Append(".TP\n").Append(names).Append(option.Placeholder is { } value ? $" \\fI{Escape(value)}\\fR" : "").Append('\n').Append(Line(option.Description));
            }
        }
    }

    private static void Rows(StringBuilder text, string heading, IEnumerable<PageRow> rows)
    {
        bool isFirst = true;
        foreach (PageRow row in rows)
        {
            if (isFirst) text.Append(".SH ").Append(Quote(heading)).Append('\n');
            isFirst = false;
            text.Append(".TP\n.B ").Append(Quote(row.Term)).Append('\n').Append(Line(row.Text));
        }
    }

    private static void Examples(StringBuilder text, IReadOnlyList<PageRow> examples)
    {
        text.Append(".SH EXAMPLES\n");
        foreach (PageRow example in examples)
        {
            text.Append(".TP\n.B ").Append(Quote(example.Term)).Append('\n');
            text.Append(example.Text.Length > 0 ? Line(example.Text) : "\\&\n");
        }
    }

    private static void SeeAlso(StringBuilder text, IReadOnlyList<string> pages)
    {
        text.Append(".SH SEE ALSO\n");
        for (int i = 0; i < pages.Count; i++)
        {
            string[] parts = pages[i].TrimEnd(')').Split('(');
            text.Append(".BR ").Append(Escape(parts[0])).Append(" (").Append(parts[1]).Append(')').Append(i < pages.Count - 1 ? "," : "").Append('\n');
        }
    }

    // A line of text may not begin with a control character.
    private static string Line(string text) => (text is ['.' or '\'', ..] ? "\\&" : "") + Escape(text) + "\n";

    private static string Quote(string text) => $"\"{Escape(text).Replace("\"", "\\(dq", StringComparison.Ordinal)}\"";

    private static string Escape(string text)
    {
        var to = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            to.Append(c switch
            {
                '\\' => "\\e",
                '-' => "\\-",
                '\'' => "\\(aq",
                '`' => "\\(ga",
                '^' => "\\(ha",
                '~' => "\\(ti",
                '…' => "...",
                _ => c.ToString(),
            });
        }

        return to.ToString();
    }

    private static string Lower(string text) => text.Length > 1 && char.IsLower(text[1]) ? char.ToLowerInvariant(text[0]) + text[1..] : text;
}
