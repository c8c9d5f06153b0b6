using System.Globalization;
using System.Text;
using Adit.Core;

namespace Adit.Ssh.Config;

/// <summary>
/// One line of ssh_config: a keyword, then its arguments after blanks or one <c>=</c>. Arguments may be quoted with <c>"</c> or <c>'</c>, in which
/// a backslash makes a quote or a backslash literal; a word that begins with <c>#</c> ends the line.
/// </summary>
internal sealed class SshConfigLine
{
    private static readonly char[] Blanks = [' ', '\t', '\r', '\n', '\f'];
    private List<string> _arguments = [];
    private int _next;

    private SshConfigLine(string file, int number, string name, string rest)
    {
        (File, Number, Name, Keyword, Rest) = (file, number, name, name.ToLowerInvariant(), rest);
    }

    /// <summary>The file's name, or <c>command-line</c>.</summary>
    public string File { get; }

    /// <summary>From 1; 0 on the command line.</summary>
    public int Number { get; }

    /// <summary>The keyword as it was written.</summary>
    public string Name { get; }

    /// <summary>In lower case.</summary>
    public string Keyword { get; }

    /// <summary>The text after the keyword and what separates it, unquoted nowhere.</summary>
    public string Rest { get; }

    /// <summary>Whether an argument is left.</summary>
    public bool HasMore => _next < _arguments.Count;

    /// <summary>Reads a line; null when it is empty or a comment.</summary>
    public static SshConfigLine? Parse(string file, int number, string text)
    {
        text = text.Trim(Blanks);
        if (text.Length == 0 || text[0] == '#')
        {
            return null;
        }

        bool quoted = text[0] == '"' && text.IndexOf('"', 1) > 0;
        int end = quoted ? text.IndexOf('"', 1) : text.IndexOfAny([' ', '\t', '=']);
        string name = quoted ? text[1..end] : end < 0 ? text : text[..end];
        string rest = end < 0 ? "" : text[(quoted ? end + 1 : end)..].TrimStart(Blanks);
        if (rest.StartsWith('='))
        {
            rest = rest[1..].TrimStart(Blanks);
        }

        return new SshConfigLine(file, number, name, rest);
    }

    /// <summary>Makes an error of this line, in the manner of OpenSSH.</summary>
    public TunnelException Error(string what) => new(TunnelError.BadConfiguration, $"{File} line {Number}: {what}");

    /// <summary>Cuts the rest of the line into arguments.</summary>
    public void Split()
    {
        if (Rest.Length == 0)
        {
            throw Error($"no argument after keyword \"{Keyword}\"");
        }

        _arguments = Words(Rest) ?? throw Error("invalid quotes");
    }

    /// <summary>Cuts the rest of the line into arguments.</summary>
    /// <returns>False where there is none, or quotes do not match.</returns>
    public bool TrySplit()
    {
        _arguments = Words(Rest) ?? [];
        return _arguments.Count > 0;
    }

    /// <summary>The next argument; null where none is left, or an empty one.</summary>
    public string? TryNext() => HasMore && _arguments[_next].Length > 0 ? _arguments[_next++] : null;

    /// <summary>The next argument, which must be there.</summary>
    public string Next() => HasMore && _arguments[_next].Length > 0 ? _arguments[_next++] : throw Error("Missing argument.");

    /// <summary>All the arguments that are left.</summary>
    public IReadOnlyList<string> All()
    {
        string[] all = [.. _arguments.Skip(_next)];
        _next = _arguments.Count;
        return all.Contains("") ? throw Error($"keyword {Keyword} empty argument") : all;
    }

    /// <summary>yes or no.</summary>
    public bool Flag() => Choice(("yes", true), ("true", true), ("no", false), ("false", false));

    /// <summary>One of several words, case not counting.</summary>
    public T Choice<T>(params ReadOnlySpan<(string Name, T Value)> choices)
    {
        string word = Next();
        foreach ((string name, T value) in choices)
        {
            if (name.Equals(word, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        var names = new StringBuilder();
        for (int i = 0; i < choices.Length; i++)
        {
            names.Append(i == 0 ? "" : i == choices.Length - 1 ? " or " : ", ").Append(choices[i].Name);
        }

        throw Error($"unsupported option \"{word}\". Expected {names}");
    }

    /// <summary>A number of at least 0.</summary>
    public int Number32() => int.TryParse(Next(), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : throw Error("integer value invalid.");

    /// <summary>A port from 1 to 65535.</summary>
    public int Port()
    {
        string word = Next();
        return int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value is > 0 and <= 65535 ? value : throw Error($"Bad port '{word}'.");
    }

    /// <summary>A time in the format of sshd_config(5), TIME FORMATS: <c>90</c>, <c>1h30m</c>.</summary>
    public TimeSpan Time() => SshConfigUnits.TryParseTime(Next(), out TimeSpan time) ? time : throw Error("invalid time value.");

    /// <summary>Fails where arguments are left.</summary>
    public void End()
    {
        if (HasMore)
        {
            throw Error($"keyword {Keyword} extra arguments at end of line");
        }
    }

    /// <summary>Cuts a text into words; null where quotes do not match.</summary>
    internal static IReadOnlyList<string>? SplitWords(string text) => Words(text);

    private static List<string>? Words(string text)
    {
        var words = new List<string>();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is ' ' or '\t')
            {
                continue;
            }

            if (text[i] == '#')
            {
                break;
            }

            if (ReadWord(text, ref i) is not { } word)
            {
                return null;
            }

            words.Add(word);
        }

        return words;
    }

    private static string? ReadWord(string text, ref int i)
    {
        var word = new StringBuilder();
        char quote = '\0';
        for (; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\\' && i + 1 < text.Length && (text[i + 1] is '\'' or '"' or '\\' || (quote == '\0' && text[i + 1] == ' ')))
            {
                word.Append(text[++i]);
            }
            else if (quote == '\0' && c is ' ' or '\t')
            {
                break;
            }
            else if (quote == '\0' && c is '"' or '\'')
            {
                quote = c;
            }
            else if (quote != '\0' && c == quote)
            {
                quote = '\0';
            }
            else
            {
                word.Append(c);
            }
        }

        return quote == '\0' ? word.ToString() : null;
    }
}
