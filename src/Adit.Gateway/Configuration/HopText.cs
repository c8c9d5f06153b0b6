using System.Text;
using Adit.Core.Hops;
using Adit.Gateway.Configuration.Yaml;

namespace Adit.Gateway.Configuration;

/// <summary>Hops as a configuration reads and writes them.</summary>
internal static class HopText
{
    /// <summary>What stands for a password in what is printed.</summary>
    public const string Hidden = "***";

    /// <summary>Reads one.</summary>
    public static HopUri Read(YamlNode node) =>
        HopUri.TryParse(node.Text("a hop such as ssh://me@host"), out HopUri? hop, out string? error) ? hop : throw new YamlFault(node.At, error);

    /// <summary>Writes one with its query; a password reads <c>***</c>, as everywhere that is printed.</summary>
    public static string Write(HopUri hop)
    {
        var text = new StringBuilder(hop.ToString());
        char mark = '?';
        foreach ((string name, string value) in hop.Query)
        {
            text.Append(mark).Append(Uri.EscapeDataString(name));
            if (value.Length > 0) text.Append('=').Append(Escape(value));
            mark = '&';
        }

        return text.ToString();
    }

    // Of a path or a pin, what RFC 3986 §3.4 lets stand as it is stays readable.
    internal static string Escape(string value) => Uri.EscapeDataString(value).Replace("%2F", "/", StringComparison.Ordinal).Replace("%3A", ":", StringComparison.Ordinal).Replace("%2C", ",", StringComparison.Ordinal);
}
