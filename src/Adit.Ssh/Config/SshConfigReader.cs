using Adit.Core;
using Adit.Core.Text;

namespace Adit.Ssh.Config;

/// <summary>
/// Reads configuration files into values. Theory of operation: lines are taken in order; <c>Host</c> and <c>Match</c> say whether those after them
/// apply, to the end of their file; <c>Include</c> reads other files in place, none of whose blocks apply where the block around it does not; of each
/// keyword the first value that applies is kept. A second, final pass over the same values reads everything again for the host's final name.
/// </summary>
internal sealed partial class SshConfigReader(SshConfigEnvironment environment, SshConfigValues values, string originalHost)
{
    // READCONF_MAX_DEPTH of OpenSSH
    private const int DeepestInclude = 16;

    private readonly string _originalHost = originalHost;

    /// <summary>The name that Host patterns are compared with.</summary>
    public string Host { get; set; } = originalHost;

    /// <summary>Whether this is the final pass, in which <c>Match final</c> and <c>canonical</c> hold.</summary>
    public bool IsFinalPass { get; set; }

    /// <summary>Whether a <c>Match final</c> asked for a final pass.</summary>
    public bool WantsFinalPass { get; private set; }

    /// <summary>Reads one option of the command line, <c>Keyword=value</c> or <c>Keyword value</c>.</summary>
    public void ReadOption(string option)
    {
        if (SshConfigLine.Parse("command-line", 0, option) is not { } line)
        {
            return;
        }

        if (line.Keyword is "host" or "match" or "include")
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"{(line.Keyword == "include" ? "Include" : "Host")} directive not supported as a command-line option");
        }

        ReadKeyword(line, isActive: true);
    }

    /// <summary>Reads a file and all it includes.</summary>
    /// <returns>False if it does not exist.</returns>
    public bool ReadFile(string path, bool isUser, bool checkPermissions)
    {
        bool active = true;
        return ReadFile(new Scope(path, isUser, checkPermissions, NeverMatch: false, Depth: 0), ref active);
    }

    private bool ReadFile(Scope scope, ref bool active)
    {
        if (scope.Depth > DeepestInclude)
        {
            throw new TunnelException(TunnelError.BadConfiguration, "Too many recursive configuration includes");
        }

        if (SshConfigFile.Read(scope.Path, scope.CheckPermissions) is not { } lines)
        {
            return false;
        }

        for (int i = 0; i < lines.Length; i++)
        {
            if (SshConfigLine.Parse(scope.Path, i + 1, lines[i]) is { } line)
            {
                ReadLine(line, scope, ref active);
            }
        }

        return true;
    }

    private void ReadLine(SshConfigLine line, Scope scope, ref bool active)
    {
        switch (line.Keyword)
        {
            case "host":
                line.Split();
                active = !scope.NeverMatch && SshPattern.IsListMatch(Host, line.All());
                break;
            case "match":
                bool matches = ReadMatch(line, evaluate: !scope.NeverMatch);
                active = matches && !scope.NeverMatch;
                break;
            case "include":
                line.Split();
                ReadIncludes(line, scope, active);
                break;
            default:
                ReadKeyword(line, active);
                break;
        }
    }

    private void ReadKeyword(SshConfigLine line, bool isActive)
    {
        if (line.Rest.Length == 0)
        {
            line.Split(); // says that there is no argument
        }

        if (!SshConfigKeywords.TryFind(line.Keyword, out string key, out SshConfigKeywords.Reader? reader))
        {
            if (SshPattern.IsListMatch(line.Keyword, values.Get("ignoreunknown", "").ToLowerInvariant()))
            {
                return;
            }

            throw new TunnelException(
                TunnelError.BadConfiguration,
                $"{line.File}: line {line.Number}: Bad configuration option: {line.Keyword}" + NearestName.Suggest(line.Keyword, SshConfigKeywords.Names));
        }

        line.Split();
        reader!(key, line, isActive ? values : new SshConfigValues());
    }

    private void ReadIncludes(SshConfigLine line, Scope scope, bool active)
    {
        foreach (string argument in line.All())
        {
            string pattern = argument;
            if (pattern.StartsWith('~'))
            {
                pattern = scope.IsUser ? Home(line, pattern) : throw line.Error($"bad include path {argument}.");
            }
            else if (!pattern.StartsWith('/'))
            {
                pattern = Path.Combine(scope.IsUser ? Path.Combine(environment.HomeDirectory, ".ssh") : environment.SystemDirectory, pattern);
            }

            foreach (string path in FilePattern.Find(pattern))
            {
                bool inner = active; // a block inside ends with its file
                ReadFile(new Scope(path, scope.IsUser, scope.IsUser, scope.NeverMatch || !active, scope.Depth + 1), ref inner);
            }
        }
    }

    private string Home(SshConfigLine line, string path)
    {
        int slash = path.IndexOf('/', StringComparison.Ordinal);
        string user = slash < 0 ? path[1..] : path[1..slash];
        return (user.Length == 0 ? environment.HomeDirectory : environment.FindHome(user) ?? throw line.Error($"bad include path {path}.")) + (slash < 0 ? "" : path[slash..]);
    }

    /// <summary>Where lines come from.</summary>
    private readonly record struct Scope(string Path, bool IsUser, bool CheckPermissions, bool NeverMatch, int Depth);
}
