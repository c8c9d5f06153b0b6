using System.Text.RegularExpressions;

namespace Adit.Ssh.Config;

/// <summary>Finds the files that a glob(7) pattern names, in the order of their names: <c>*</c>, <c>?</c> and <c>[…]</c> within a path's parts.</summary>
internal static class FilePattern
{
    // Ours: more files than anybody includes from one line.
    private const int MostFiles = 1000;

    /// <summary>The paths that match; empty where there are none.</summary>
    /// <param name="pattern">An absolute path, perhaps with wildcards.</param>
    public static IReadOnlyList<string> Find(string pattern)
    {
        IEnumerable<string> found = ["/"];
        foreach (string part in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            found = part.AsSpan().IndexOfAny("*?[") < 0
                ? found.Select(folder => Path.Combine(folder, part)).Where(Path.Exists)
                : [.. found.Where(Directory.Exists).SelectMany(folder => Entries(folder, part))];
        }

        return [.. found.Take(MostFiles)];
    }

    private static IEnumerable<string> Entries(string folder, string part)
    {
        Regex regex = Compile(part);
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(folder)
                .Where(path => (part[0] == '.' || Path.GetFileName(path)[0] != '.') && regex.IsMatch(Path.GetFileName(path))).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static Regex Compile(string part)
    {
        var regex = new System.Text.StringBuilder("^");
        for (int i = 0; i < part.Length; i++)
        {
            int end = part[i] == '[' ? part.IndexOf(']', Math.Min(i + 2, part.Length - 1)) : -1;
            if (end > 0)
            {
                string set = part[(i + 1)..end];
                regex.Append(set[0] is '!' or '^' ? "[^" : "[").Append(set.TrimStart('!', '^').Replace("\\", "\\\\", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal)).Append(']');
                i = end;
            }
            else
            {
                regex.Append(part[i] switch { '*' => ".*", '?' => ".", var c => Regex.Escape(c.ToString()) });
            }
        }

        return new Regex(regex.Append("\\z").ToString(), RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    }
}
