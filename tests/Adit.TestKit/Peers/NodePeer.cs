namespace Adit.TestKit.Peers;

/// <summary>
/// Programs for node around packages of npm, which lie beside the tests (Peers/*.mjs, *.cjs). <c>./test</c> installs the packages into
/// <c>.build/npm</c> and names the folder in ADIT_NODE_MODULES.
/// </summary>
public static class NodePeer
{
    /// <summary>The folder that holds node_modules; null when there is none.</summary>
    public static string? Modules { get; } =
        Environment.GetEnvironmentVariable("ADIT_NODE_MODULES") is { Length: > 0 } told ? told : Above(AppContext.BaseDirectory);

    /// <summary>How to run a script; the folder of the packages is its first argument.</summary>
    public static PeerStart Command(string script, params string[] arguments) => new()
    {
        Program = "node",
        Arguments = [Path.Combine(AppContext.BaseDirectory, "Peers", script), Modules!, .. arguments],
        Environment = new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = null },
    };

    /// <summary>Whether a package is there.</summary>
    internal static bool Has(string package) => Modules is not null && Directory.Exists(Path.Combine(Modules, "node_modules", package));

    // Where ./test puts them, for a test program that is run by itself.
    private static string? Above(string folder)
    {
        for (DirectoryInfo? at = new(folder); at is not null; at = at.Parent)
        {
            string modules = Path.Combine(at.FullName, ".build", "npm");
            if (Directory.Exists(Path.Combine(modules, "node_modules"))) return modules;
        }

        return null;
    }
}
