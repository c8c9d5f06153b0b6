using System.Globalization;
using System.Text;
using Adit.Gateway.Configuration.Yaml;

namespace Adit.Gateway.Configuration;

/// <summary>Writes the YAML that means a configuration (<c>--print-config</c>): every option, the defaults too. Passwords of hops read <c>***</c>.</summary>
public static class ConfigurationWriter
{
    /// <summary>The YAML.</summary>
    public static string Write(AditConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var text = new StringBuilder();
        WritePairs(text, Pairs(configuration, ConfigurationFile.Parts(new MappingReader(""))), 0);
        return text.ToString();
    }

    internal static List<(string Key, object Value)> Pairs<T>(T options, IReadOnlyList<YamlKey<T>> keys) =>
        [.. keys.Select(k => (k.Name, Value: k.Write(options))).Where(p => p.Value is not null).Select(p => (p.Name, p.Value!))];

    private static void WritePairs(StringBuilder text, List<(string Key, object Value)> pairs, int indent)
    {
        bool first = true;
        foreach ((string key, object value) in pairs)
        {
            // The first key of a list's item stands behind its dash.
            if (!first || text.Length == 0 || text[^1] == '\n') text.Append(' ', indent);
            first = false;
            text.Append(key).Append(':');
            WriteValue(text, value, indent);
        }
    }

    private static void WriteValue(StringBuilder text, object value, int indent)
    {
        switch (value)
        {
            case List<(string Key, object Value)> pairs:
                text.Append('\n');
                WritePairs(text, pairs, indent + 2);
                break;
            case List<object> items:
                text.Append('\n');
                foreach (object item in items)
                {
                    text.Append(' ', indent + 2).Append("- ");
                    WritePairs(text, (List<(string Key, object Value)>)item, indent + 4);
                }

                break;
            case List<string> words:
                text.Append(" [").AppendJoin(", ", words.Select(Quote)).Append("]\n");
                break;
            default:
                text.Append(' ').Append(value switch { bool b => b ? "true" : "false", int i => i.ToString(CultureInfo.InvariantCulture), _ => Quote((string)value) }).Append('\n');
                break;
        }
    }

    // Plain where YAML 1.2 §7.3.3 surely allows it; else double-quoted, where JSON's escapes are YAML's.
    private static string Quote(string word)
    {
        bool plain = word.Length > 0
            && (char.IsAsciiLetterOrDigit(word[0]) || word[0] is '/')
            && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or ':' or '@' or '+' or '=')
            && !word.EndsWith(':');
        if (plain) return word;
        var text = new StringBuilder("\"");
        foreach (char c in word)
        {
            if (c is '"' or '\\') text.Append('\\').Append(c);
            else if (char.IsControl(c)) text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else text.Append(c);
        }

        return text.Append('"').ToString();
    }
}
