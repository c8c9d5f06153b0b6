namespace Adit.Ssh.Config;

/// <summary>
/// A list of algorithms as a configuration writes it: names and patterns separated by commas, after <c>+</c> appended to the default, after <c>-</c>
/// taken out of it, after <c>^</c> put before it, else in its place.
/// </summary>
public static class SshAlgorithmList
{
    /// <summary>Resolves a list.</summary>
    /// <param name="list">The list; null leaves the default.</param>
    /// <param name="defaults">The default, preferred first.</param>
    /// <param name="supported">Everything that is implemented, preferred first: patterns are looked up in it, and what is not in it is left out.</param>
    /// <returns>The algorithms, preferred first, each once; empty where nothing supported is left.</returns>
    public static IReadOnlyList<string> Resolve(string? list, IReadOnlyList<string> defaults, IReadOnlyList<string> supported)
    {
        if (string.IsNullOrEmpty(list))
        {
            return defaults;
        }

        char sign = list[0] is '+' or '-' or '^' ? list[0] : '\0';
        string[] patterns = (sign == '\0' ? list : list[1..]).Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (sign == '-')
        {
            return [.. defaults.Where(name => !SshPattern.IsListMatch(name, patterns))];
        }

        IEnumerable<string> named = patterns.SelectMany(pattern => supported.Where(name => SshPattern.IsMatch(name, pattern)));
        return [.. (sign switch { '+' => defaults.Concat(named), '^' => named.Concat(defaults), _ => named }).Distinct(StringComparer.Ordinal)];
    }
}
