using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Adit.Cli.Logging;

/// <summary>What keeps a log readable and harmless whatever a peer sent: no control characters, no passwords of URIs.</summary>
internal static partial class LogText
{
    private static readonly string[] SecretWords = ["password", "passphrase", "secret", "privatekey", "token"];

    /// <summary>Appends text with control characters written as <c>\n</c> or <c>\u001b</c> and the password of any URI as <c>***</c>.</summary>
    public static void AppendSafe(StringBuilder line, string text)
    {
        foreach (char c in WithoutPasswords(text))
        {
            if (c == '\n') line.Append("\\n");
            else if (c == '\t') line.Append(c);
            else if (char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069'))
                line.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else line.Append(c);
        }
    }

    /// <summary>The text, where <c>scheme://user:password@</c> has lost its password.</summary>
    public static string WithoutPasswords(string text) =>
        text.Contains("://", StringComparison.Ordinal) ? UriPassword().Replace(text, "$1:***@") : text;

    /// <summary>Whether a structured value of this name must not be written. A second line of defence: nothing should log one.</summary>
    public static bool IsSecret(string name) => Array.Exists(SecretWords, w => name.Contains(w, StringComparison.OrdinalIgnoreCase));

    [GeneratedRegex(@"(://[^/@:\s]*):[^/@\s]*@")]
    private static partial Regex UriPassword();
}
