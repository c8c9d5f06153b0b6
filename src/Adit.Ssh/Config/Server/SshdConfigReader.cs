using Adit.Core;
using Adit.Core.Text;

namespace Adit.Ssh.Config.Server;

/// <summary>
/// Reads sshd_config into values. Theory of operation: the first pass, without a connection, takes what stands outside Match blocks and judges every
/// line; for a connection, a second pass takes only what stands in Match blocks that hold. Of each keyword the first value of a pass wins, and
/// the second pass wins over the first. <c>Match all</c> holds in both.
/// </summary>
/// <param name="files">Reads files and finds what Include names.</param>
/// <param name="values">Where to keep what is read.</param>
/// <param name="connection">The connection of a second pass; null for the first.</param>
internal sealed partial class SshdConfigReader(SshdConfigFiles files, SshConfigValues values, SshdConnection? connection)
{
    // SERVCONF_MAX_DEPTH of OpenSSH
    private const int DeepestInclude = 16;

    private readonly List<string> _warnings = [];
    private readonly List<string> _errors = [];

    /// <summary>What was accepted though it has no effect.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Lines that OpenSSH counts before it gives up.</summary>
    public IReadOnlyList<string> Errors => _errors;

    /// <summary>Reads one option of the command line.</summary>
    public void ReadOption(string option)
    {
        if (SshConfigLine.Parse("command-line", 0, option) is { } line) ReadKeyword(line, active: true);
        GiveUp("command-line");
    }

    /// <summary>Reads the main file.</summary>
    /// <exception cref="TunnelException">It cannot be read, or a line is wrong; the message may have several lines.</exception>
    public void ReadFile(string path)
    {
        bool active = connection is null;
        ReadFile(path, files.Lines(path), connection is null ? Flags.None : Flags.MatchOnly, ref active, 0);
        GiveUp(path);
    }

    private void GiveUp(string path)
    {
        if (_errors.Count == 0 || connection is not null) return;
        string end = path == "command-line" ? "" : $"\n{path}: terminating, {_errors.Count} bad configuration options";
        throw new TunnelException(TunnelError.BadConfiguration, string.Join('\n', _errors) + end);
    }

    private void ReadFile(string path, IReadOnlyList<string> lines, Flags flags, ref bool active, int depth)
    {
        if (depth > DeepestInclude) throw new TunnelException(TunnelError.BadConfiguration, $"{path}: Too many recursive configuration includes");
        for (int i = 0; i < lines.Count; i++)
        {
            if (SshConfigLine.Parse(path, i + 1, lines[i]) is { } line) ReadLine(line, ref flags, ref active, depth);
        }
    }

    private void ReadLine(SshConfigLine line, ref Flags flags, ref bool active, int depth)
    {
        switch (line.Keyword)
        {
            case "match":
                if (line.Rest.Length == 0) goto default;
                bool never = (flags & Flags.NeverMatch) != 0;
                bool holds = IsMatch(line, never ? null : connection);
                flags &= ~Flags.MatchOnly;
                active = !never && holds;
                break;
            case "include":
                if (!TrySplit(line)) return;
                Flags inner = (flags & Flags.MatchOnly) != 0 ? Flags.MatchOnly : active ? Flags.None : Flags.NeverMatch;
                foreach (string argument in line.All())
                {
                    string pattern = Path.IsPathRooted(argument) ? argument : Path.Combine("/etc/ssh", argument);
                    foreach (string path in files.Find(pattern))
                    {
                        bool before = active;
                        ReadFile(path, files.Lines(path), inner, ref active, depth + 1);
                        active = before; // a block inside ends with its file
                    }
                }

                break;
            default:
                ReadKeyword(line, active);
                break;
        }
    }

    private void ReadKeyword(SshConfigLine line, bool active)
    {
        if (!SshdKeywords.TryFind(line.Keyword, out string key, out SshdKeywords.Entry entry))
        {
            if (SshdKeywords.Harmless.Contains(line.Keyword)) _warnings.Add(line.Error($"{(SshdKeywords.IsDeprecated(line.Keyword) ? "Deprecated" : "Unsupported")} option {line.Name}").Message);
            else _errors.Add($"{line.File}: line {line.Number}: Bad configuration option: {line.Name}" + NearestName.Suggest(line.Keyword, SshdKeywords.Names));
            return;
        }

        if (!TrySplit(line)) return;
        if (!active && !entry.InMatch)
        {
            // A later pass meets what stands outside Match blocks again.
            if (connection is null) throw line.Error($"Directive '{line.Name}' is not allowed within a Match block");
            return;
        }

        entry.Read(key, line, active ? values : new SshConfigValues());
        if (line.HasMore) _errors.Add(line.Error($"keyword {line.Name} extra arguments at end of line").Message);
    }

    private bool TrySplit(SshConfigLine line)
    {
        if (line.TrySplit()) return true;
        _errors.Add(line.Error(line.Rest.Length == 0 ? $"no argument after keyword \"{line.Name}\"" : "invalid quotes").Message);
        return false;
    }

    [Flags]
    private enum Flags
    {
        None = 0,

        // Lines of the file do not count before its first Match: they were read in the first pass.
        MatchOnly = 1,

        // The block around the Include does not hold, so none in the file does.
        NeverMatch = 2,
    }
}
