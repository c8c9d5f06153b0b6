using Adit.Core;

namespace Adit.Ssh.Config.Server;

/// <summary>The files of a configuration, each read once, so that a connection is judged by what the server was started with. Not safe for several threads.</summary>
internal sealed class SshdConfigFiles
{
    private readonly Dictionary<string, IReadOnlyList<string>> _lines = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<string>> _found = new(StringComparer.Ordinal);

    /// <summary>A file's lines.</summary>
    /// <exception cref="TunnelException">It cannot be read.</exception>
    public IReadOnlyList<string> Lines(string path)
    {
        if (_lines.TryGetValue(path, out IReadOnlyList<string>? known)) return known;
        string[]? lines;
        try
        {
            lines = SshConfigFile.Read(path, checkPermissions: false);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or (IOException and not TunnelException))
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"{path}: {(e is UnauthorizedAccessException ? "Permission denied" : e.Message)}", null, e);
        }

        return _lines[path] = lines ?? throw new TunnelException(TunnelError.BadConfiguration, $"{path}: No such file or directory");
    }

    /// <summary>The files that a pattern names.</summary>
    public IReadOnlyList<string> Find(string pattern) => _found.TryGetValue(pattern, out IReadOnlyList<string>? known) ? known : _found[pattern] = FilePattern.Find(pattern);
}
