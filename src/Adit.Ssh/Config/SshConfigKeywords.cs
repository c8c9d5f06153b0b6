using Adit.Core;

namespace Adit.Ssh.Config;

/// <summary>
/// The keywords of ssh_config(5) by their lower-case names: how each reads its arguments. A reader judges its arguments even where the block does
/// not apply, as OpenSSH does; the values it is handed are then thrown away.
/// </summary>
internal static partial class SshConfigKeywords
{
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal)
    {
        ["identityfile2"] = "identityfile",
        ["dsaauthentication"] = "pubkeyauthentication",
        ["challengeresponseauthentication"] = "kbdinteractiveauthentication",
        ["skeyauthentication"] = "kbdinteractiveauthentication",
        ["tisauthentication"] = "kbdinteractiveauthentication",
        ["pubkeyacceptedkeytypes"] = "pubkeyacceptedalgorithms",
        ["hostbasedkeytypes"] = "hostbasedacceptedalgorithms",
        ["keepalive"] = "tcpkeepalive",
    };

    private static readonly Dictionary<string, Reader> Table = Build();

    /// <summary>Reads the arguments of a line and keeps what they say.</summary>
    /// <param name="key">The keyword's own name, where the line may have an alias.</param>
    /// <param name="line">The line, split into arguments.</param>
    /// <param name="values">Where to keep it.</param>
    public delegate void Reader(string key, SshConfigLine line, SshConfigValues values);

    /// <summary>Every keyword, without aliases.</summary>
    public static IEnumerable<string> Names => Table.Keys.Concat(["host", "match", "include"]);

    /// <summary>Finds the reader of a keyword.</summary>
    public static bool TryFind(string keyword, out string key, out Reader? reader)
    {
        key = Aliases.GetValueOrDefault(keyword, keyword);
        return Table.TryGetValue(key, out reader);
    }

    private static Dictionary<string, Reader> Build()
    {
        var table = new Dictionary<string, Reader>(StringComparer.Ordinal);
        AddConnection(table);
        AddAuthentication(table);
        AddForwarding(table);
        AddSession(table);
        AddIgnored(table);
        return table;
    }

    private static Reader First<T>(Func<SshConfigLine, T> read)
        where T : notnull => (key, line, values) =>
    {
        T value = read(line);
        line.End();
        values.SetFirst(key, value);
    };

    /// <summary>The line's text as it stands, for commands.</summary>
    private static Reader RawText() => (key, line, values) => values.SetFirst(key, line.Rest);

    /// <summary>All the arguments of the first line that has the keyword; "none" (or another word) may only stand alone.</summary>
    private static Reader FirstListOr(params string[] alone) => (key, line, values) =>
    {
        IReadOnlyList<string> all = line.All();
        if (all.Count > 1 && alone.FirstOrDefault(word => all.Contains(word, StringComparer.OrdinalIgnoreCase)) is { } word)
        {
            throw line.Error($"keyword {key} \"{word}\" argument must appear alone.");
        }

        values.SetFirst(key, all);
    };

    private static Reader Append<T>(Func<SshConfigLine, T> read)
        where T : notnull => (key, line, values) =>
    {
        T value = read(line);
        line.End();
        if (!values.Append(key, value))
        {
            throw line.Error($"too many {key} entries.");
        }
    };

    private static string Text(SshConfigLine line) => line.Next();

    private static bool Flag(SshConfigLine line) => line.Flag();

    private static int Number(SshConfigLine line) => line.Number32();

    private static TimeSpan Time(SshConfigLine line) => line.Time();

    private static T Guard<T>(SshConfigLine line, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (TunnelException e)
        {
            throw line.Error(e.Message);
        }
    }
}
