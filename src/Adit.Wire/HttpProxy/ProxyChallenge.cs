using System.Diagnostics.CodeAnalysis;
using Adit.Wire.Http;

namespace Adit.Wire.HttpProxy;

/// <summary>One challenge of a Proxy-Authenticate or WWW-Authenticate field (RFC 9110 §11.3): <c>scheme [token68 | name=value, …]</c>.</summary>
/// <param name="Scheme">The scheme; its case means nothing.</param>
/// <param name="Parameters">The parameters by their names; a name's case means nothing.</param>
public sealed record ProxyChallenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    /// <summary>Ours: challenges looked at; servers send two or three.</summary>
    public const int Most = 16;

    /// <summary>The value of a parameter; null where there is none.</summary>
    public string? this[string name] => Parameters.GetValueOrDefault(name);

    /// <summary>Reads the challenges of every field of a name, in their order. What cannot be understood is passed over.</summary>
    public static IReadOnlyList<ProxyChallenge> ReadAll(HttpFields fields, string name = "Proxy-Authenticate")
    {
        ArgumentNullException.ThrowIfNull(fields);
        var found = new List<ProxyChallenge>();
        // A list's elements are challenges or further parameters of the one before (RFC 9110 §11.6.1): "Basic realm=x, Digest realm=y, nonce=z".
        Dictionary<string, string>? parameters = null;
        foreach (string element in fields.Elements(name))
        {
            if (parameters is not null && TryReadParameter(element, out string key, out string? text))
            {
                parameters.TryAdd(key, text);
                continue;
            }

            int space = element.IndexOf(' ', StringComparison.Ordinal);
            string scheme = space < 0 ? element : element[..space];
            if (!IsToken(scheme) || found.Count == Most) break;
            parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            found.Add(new ProxyChallenge(scheme, parameters));
            if (space >= 0 && TryReadParameter(element[space..].Trim(), out key, out text)) parameters.TryAdd(key, text);
        }

        return found;
    }

    // name BWS "=" BWS ( token / quoted-string ); RFC 9110 §11.2
    private static bool TryReadParameter(string element, out string name, [NotNullWhen(true)] out string? value)
    {
        value = null;
        int equals = element.IndexOf('=', StringComparison.Ordinal);
        name = equals < 0 ? "" : element[..equals].TrimEnd();
        if (!IsToken(name)) return false;
        string text = element[(equals + 1)..].TrimStart();
        if (!text.StartsWith('"'))
        {
            value = text;
            return true;
        }

        var unquoted = new System.Text.StringBuilder(text.Length);
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i] == '"') break;
            if (text[i] == '\\' && i + 1 < text.Length) i++;
            unquoted.Append(text[i]);
        }

        value = unquoted.ToString();
        return true;
    }

    private static bool IsToken(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));
}
