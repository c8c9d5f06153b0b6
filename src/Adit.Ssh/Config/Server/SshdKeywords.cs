using System.Globalization;

namespace Adit.Ssh.Config.Server;

/// <summary>
/// The keywords of sshd_config(5) by their lower-case names: how each reads its arguments, and whether it may stand in a Match block. A reader
/// judges its arguments even where the block does not hold; the values it is handed are then thrown away.
/// </summary>
internal static partial class SshdKeywords
{
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal)
    {
        ["dsaauthentication"] = "pubkeyauthentication",
        ["challengeresponseauthentication"] = "kbdinteractiveauthentication",
        ["skeyauthentication"] = "kbdinteractiveauthentication",
        ["pubkeyacceptedkeytypes"] = "pubkeyacceptedalgorithms",
        ["hostbasedacceptedkeytypes"] = "hostbasedacceptedalgorithms",
        ["hostdsakey"] = "hostkey",
        ["keepalive"] = "tcpkeepalive",
        ["verifyreversemapping"] = "usedns",
        ["reversemappingcheck"] = "usedns",
    };

    // Not before the fields of the other parts, whose order nothing says.
    private static readonly Lazy<Dictionary<string, Entry>> Table = new(Build);

    /// <summary>Reads the arguments of a line and keeps what they say.</summary>
    public delegate void Reader(string key, SshConfigLine line, SshConfigValues values);

    /// <summary>Every keyword, without aliases.</summary>
    public static IEnumerable<string> Names => Table.Value.Keys.Concat(["match", "include"]);

    /// <summary>Finds a keyword.</summary>
    public static bool TryFind(string keyword, out string key, out Entry entry)
    {
        key = Aliases.GetValueOrDefault(keyword, keyword);
        return Table.Value.TryGetValue(key, out entry);
    }

    private static Dictionary<string, Entry> Build()
    {
        var table = new Dictionary<string, Entry>(StringComparer.Ordinal);
        AddServer(table);
        AddAuthentication(table);
        AddSession(table);
        AddOthers(table);
        return table;
    }

    private static Entry Global(Reader reader) => new(reader, InMatch: false);

    private static Entry Match(Reader reader) => new(reader, InMatch: true);

    private static Reader First<T>(Func<SshConfigLine, T> read)
        where T : notnull => (key, line, values) => values.SetFirst(key, read(line));

    /// <summary>Every argument of every such line, in order.</summary>
    private static Reader AppendAll(Action<SshConfigLine, string>? judge = null) => (key, line, values) =>
    {
        foreach (string argument in line.All())
        {
            judge?.Invoke(line, argument);
            Append(key, line, values, argument);
        }
    };

    private static void Append(string key, SshConfigLine line, SshConfigValues values, object value)
    {
        if (!values.Append(key, value)) throw line.Error($"too many {line.Name} entries.");
    }

    /// <summary>The line's text as it stands, for commands; "none" is kept as a word.</summary>
    private static Reader Raw() => (key, line, values) =>
    {
        values.SetFirst(key, line.Rest.TrimEnd());
        _ = line.All();
    };

    private static string Text(SshConfigLine line) => line.TryNext() ?? throw Missing(line);

    /// <summary>A path, made absolute at once; "none" stays what it is.</summary>
    private static string FileName(SshConfigLine line) =>
        Text(line) is var path && path.Equals("none", StringComparison.OrdinalIgnoreCase) ? path : Path.GetFullPath(path);

    private static bool Flag(SshConfigLine line) => Choice(line, ("yes", true), ("no", false));

    private static T Choice<T>(SshConfigLine line, params ReadOnlySpan<(string Name, T Value)> choices)
    {
        string word = line.TryNext() ?? throw Missing(line);
        foreach ((string name, T value) in choices)
        {
            if (name.Equals(word, StringComparison.OrdinalIgnoreCase)) return value;
        }

        throw line.Error($"unsupported option \"{word}\".");
    }

    private static int Number(SshConfigLine line)
    {
        string word = line.TryNext() ?? throw Missing(line);
        if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int value)) return value;
        throw line.Error($"{line.Name} integer value {(word.All(char.IsAsciiDigit) ? "too large" : "invalid")}.");
    }

    private static TimeSpan Time(SshConfigLine line) =>
        SshConfigUnits.TryParseTime(line.TryNext() ?? throw Missing(line), out TimeSpan time) ? time : throw line.Error("invalid time value.");

    private static Core.TunnelException Missing(SshConfigLine line) => line.Error($"{line.Name} missing argument.");

    private static Reader Algorithms(string fault, string[] known) => First(line =>
    {
        string list = line.TryNext() ?? throw Missing(line);
        string names = list.TrimStart('+', '^');
        // What is taken away may be a pattern, and need not be known.
        if (!list.StartsWith('-') && !IsKnown(names, known)) throw line.Error($"{fault} '{list}'.");
        return list;
    });

    private static bool IsKnown(string names, string[] known) =>
        names.Split(',') is var all && all.All(name => name.Length > 0 && (known.Contains(name) || (name.AsSpan().ContainsAny('*', '?') && known.Any(k => SshPattern.IsMatch(k, name)))));

    /// <summary>A keyword.</summary>
    /// <param name="Read">Reads its arguments.</param>
    /// <param name="InMatch">Whether it may stand in a Match block.</param>
    internal readonly record struct Entry(Reader Read, bool InMatch);
}
