namespace Adit.Gateway.State;

/// <summary>Paths that begin with <c>~</c>.</summary>
public static class HomePath
{
    /// <summary>The path with a leading <c>~</c> or <c>~/</c> replaced by the home folder. Other users' homes (<c>~name</c>) are left as they are.</summary>
    /// <param name="path">The path.</param>
    /// <param name="home">The home folder; null leaves the path as it is.</param>
    public static string Expand(string path, string? home)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (home is null || !path.StartsWith('~') || (path.Length > 1 && path[1] != '/')) return path;
        return Path.Join(home, path.AsSpan(1));
    }

    /// <summary>The same with the home folder of this process.</summary>
    public static string Expand(string path) => Expand(path, Environment.GetEnvironmentVariable("HOME"));
}
