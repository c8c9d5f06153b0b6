namespace Adit.Core.Text;

/// <summary>Finds the word that a mistyped one was meant to be.</summary>
public static class NearestName
{
    private const int LongestCompared = 64; // ours: names are short, and hostile input must stay cheap

    /// <summary>The known name nearest to the one given, or null when none is near enough to be meant.</summary>
    /// <param name="given">What was written; case does not count.</param>
    /// <param name="known">The names that exist; the first of equally near ones wins.</param>
    public static string? Find(string given, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(given);
        ArgumentNullException.ThrowIfNull(known);
        if (given.Length is 0 or > LongestCompared) return null;
        string? nearest = null;
        int best = Math.Max(1, given.Length / 3) + 1; // one slip in three letters is still a slip
        foreach (string name in known)
        {
            if (name.Length > LongestCompared || Math.Abs(name.Length - given.Length) >= best) continue;
            int distance = Distance(given, name);
            if (distance >= best || distance >= name.Length) continue;
            best = distance;
            nearest = name;
        }

        return nearest;
    }

    /// <summary>An ending for an error's line: <c>, did you mean X?</c>, or nothing where no name is near.</summary>
    /// <param name="given">What was written.</param>
    /// <param name="known">The names that exist.</param>
    public static string Suggest(string given, IEnumerable<string> known) => Find(given, known) is { } nearest ? $", did you mean {nearest}?" : "";

    // Optimal string alignment: insertions, deletions, replacements and swaps of neighbours, each at cost 1.
    private static int Distance(string a, string b)
    {
        Span<int> before = stackalloc int[b.Length + 1];
        Span<int> last = stackalloc int[b.Length + 1];
        Span<int> row = stackalloc int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++) last[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int change = Same(a[i - 1], b[j - 1]) ? 0 : 1;
                row[j] = Math.Min(Math.Min(last[j] + 1, row[j - 1] + 1), last[j - 1] + change);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1])) row[j] = Math.Min(row[j], before[j - 2] + 1);
            }

            Span<int> spare = before;
            before = last;
            last = row;
            row = spare;
        }

        return last[b.Length];
    }

    private static bool Same(char x, char y) => char.ToLowerInvariant(x) == char.ToLowerInvariant(y);
}
