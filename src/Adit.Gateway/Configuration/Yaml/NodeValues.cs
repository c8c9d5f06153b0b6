using System.Globalization;
using System.Net;
using System.Text;

namespace Adit.Gateway.Configuration.Yaml;

/// <summary>Reads a node as the type a key wants, and writes it back. Each says what it expected and what it got.</summary>
internal static class NodeValues
{
    private static readonly (string Unit, TimeSpan Length)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)), ("h", TimeSpan.FromHours(1)), ("d", TimeSpan.FromDays(1)),
    ];

    public static string Text(this YamlNode node, string expected = "a text")
    {
        if (node is YamlScalar { IsNull: false } scalar)
        {
            if (scalar.Text.AsSpan().ContainsAnyInRange('\0', '\u001f')) throw node.Fault($"{expected} without control characters");
            return scalar.Text;
        }

        throw node.Fault(expected);
    }

    public static string Path(this YamlNode node) => node.Text("a path") is { Length: > 0 and < 4096 } path ? path : throw node.Fault("a path");

    public static bool Flag(this YamlNode node) => node is YamlScalar s ? s.Text switch
    {
        "true" or "yes" or "on" => true,
        "false" or "no" or "off" => false,
        _ => throw node.Fault("true or false"),
    } : throw node.Fault("true or false");

    public static int Integer(this YamlNode node, int least, int most) =>
        node is YamlScalar s && int.TryParse(s.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
            ? value
            : throw node.Fault($"a number from {least} to {most}");

    /// <summary>A number of seconds, or numbers with units: <c>90</c>, <c>500ms</c>, <c>1m30s</c>. <c>none</c> is zero where zero is allowed.</summary>
    public static TimeSpan Duration(this YamlNode node, TimeSpan least, TimeSpan most)
    {
        string expected = $"a time from {Write(least)} to {Write(most)}, such as 30s or 2m";
        if (node is not YamlScalar { IsNull: false } s || s.Text.Length > 64) throw node.Fault(expected);
        if (least == TimeSpan.Zero && s.Text == "none") return TimeSpan.Zero;
        return TryDuration(s.Text, out TimeSpan value) && value >= least && value <= most ? value : throw node.Fault(expected);
    }

    public static T OneOf<T>(this YamlNode node, params (string Word, T Value)[] words)
    {
        if (node is YamlScalar s)
            foreach ((string word, T value) in words)
                if (word == s.Text) return value;
        throw node.Fault($"one of {string.Join(", ", words.Select(w => w.Word))}");
    }

    /// <summary>A list, or one value that stands for a list of one.</summary>
    public static IReadOnlyList<T> ListOf<T>(this YamlNode node, Func<YamlNode, T> read) => node switch
    {
        YamlList list => [.. list.Items.Select(read)],
        YamlScalar { IsNull: true } or YamlMapping => throw node.Fault("a list"),
        _ => [read(node)],
    };

    public static IPAddress Address(this YamlNode node) =>
        node is YamlScalar s && s.Text.AsSpan().IndexOfAny(".:") >= 0 && IPAddress.TryParse(s.Text, out IPAddress? address) ? address : throw node.Fault("an IP address");

    public static IPNetwork Network(this YamlNode node)
    {
        if (node is YamlScalar s && s.Text.AsSpan().IndexOfAny(".:") >= 0)
        {
            if (IPNetwork.TryParse(s.Text, out IPNetwork network)) return network;
            if (IPAddress.TryParse(s.Text, out IPAddress? a) && a is { AddressFamily: System.Net.Sockets.AddressFamily.InterNetwork } or { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6, ScopeId: 0 })
                return new IPNetwork(a, a.GetAddressBytes().Length * 8);
        }

        throw node.Fault("an address or a network such as 10.0.0.0/8");
    }

    public static YamlFault Fault(this YamlNode node, string expected) => new(node.At, $"expected {expected}, got {node.Described}");

    /// <summary>A time as <see cref="Duration"/> reads it.</summary>
    public static string Write(TimeSpan time)
    {
        var text = new StringBuilder();
        foreach ((string unit, TimeSpan length) in Units.Reverse())
        {
            long count = time.Ticks / length.Ticks;
            if (count == 0) continue;
            text.Append(CultureInfo.InvariantCulture, $"{count}{unit}");
            time -= count * length;
        }

        return text.Length == 0 ? "0s" : text.ToString();
    }

    private static bool TryDuration(string text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        ReadOnlySpan<char> rest = text;
        if (rest.IsEmpty) return false;
        while (!rest.IsEmpty)
        {
            int digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits < 0) digits = rest.Length;
            if (digits is 0 or > 9) return false;
            long count = long.Parse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture);
            rest = rest[digits..];
            int unit = rest.IndexOfAnyInRange('0', '9');
            string word = rest[..(unit < 0 ? rest.Length : unit)].ToString();
            rest = rest[word.Length..];
            if (word.Length == 0 && digits != text.Length) return false; // only a lone number is in seconds
            int i = Array.FindIndex(Units, u => u.Unit == (word.Length == 0 ? "s" : word));
            if (i < 0) return false;
            long most = TimeSpan.FromDays(36_500).Ticks;
            if (count > most / Units[i].Length.Ticks) return false;
            value += count * Units[i].Length;
        }

        return true;
    }
}
