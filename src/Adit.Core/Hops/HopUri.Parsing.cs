using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Adit.Core.Text;

namespace Adit.Core.Hops;

public sealed partial record HopUri
{
    /// <summary>Reads a hop URI.</summary>
    /// <param name="text">The URI.</param>
    /// <param name="where">The option or the place in a configuration that holds it, such as <c>--via</c>; begins the message of an error.</param>
    /// <exception cref="TunnelException">The URI is wrong, or its scheme is not there yet.</exception>
    public static HopUri Parse(string text, string where) =>
        TryParse(text, out HopUri? hop, out string? error) ? hop : throw new TunnelException(TunnelError.BadConfiguration, $"{where}: {error}");

    /// <summary>Reads a hop URI.</summary>
    /// <param name="text">The URI.</param>
    /// <param name="hop">The hop, where it was understood.</param>
    /// <param name="error">Else what is wrong, one line that shows no password.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out HopUri? hop, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            hop = Read(text);
            error = null;
            return true;
        }
        catch (FormatException e)
        {
            hop = null;
            error = $"hop \"{Redact(text)}\": {e.Message}";
            return false;
        }
    }

    private const string Auto = "auto:";

    private static HopUri Read(string text)
    {
        if (text.Length > LongestUri)
        {
            throw new FormatException($"too long: expected at most {LongestUri} characters, got {text.Length}");
        }

        int colon = text.IndexOf("://", StringComparison.Ordinal);
        if (text.StartsWith(Auto, StringComparison.OrdinalIgnoreCase))
        {
            // auto:NAME, no address: the name is one of a configuration's.
            string name = text[Auto.Length..].TrimStart('/');
            if (name.Length is 0 or > 64 || name[0] == '-' || name.AsSpan().IndexOfAnyExcept(HostCharacters) >= 0) throw new FormatException("name: expected auto:NAME with letters, digits, '.', '-' and '_'");
            return new HopUri { Scheme = HopScheme.Find("auto")!, Host = name, Port = 0 };
        }

        if (colon < 0)
        {
            throw new FormatException("no scheme: expected scheme://host[:port]");
        }

        HopScheme scheme = ReadScheme(text[..colon]);
        string rest = text[(colon + 3)..];
        if (rest.Contains('#', StringComparison.Ordinal))
        {
            throw new FormatException("fragment: expected none (write # as %23)");
        }

        (rest, string? query) = Cut(rest, '?');
        (string authority, string? path) = Cut(rest, '/');
        if (!scheme.HasPath && !string.IsNullOrEmpty(path))
        {
            throw new FormatException($"path: {scheme.Name} takes none, got \"/{path}\"");
        }

        (string? user, string? password, string place) = ReadCredentials(authority);
        if (scheme.IsDevice && (place.Length > 0 || string.IsNullOrEmpty(path))) throw new FormatException($"device: expected {scheme.Name}:///PATH, three slashes");
        (string host, string? port) = scheme.IsDevice ? ("", null) : ReadPlace(place);
        return new HopUri
        {
            Scheme = scheme,
            User = user,
            Password = password,
            Host = host,
            Port = ReadPort(scheme, port),
            Path = path is null ? "" : "/" + (scheme.IsDevice ? Decode(path) : path),
            Query = ReadQuery(scheme, query),
        };
    }

    private static HopScheme ReadScheme(string name)
    {
        HopScheme scheme = HopScheme.Find(name) ?? throw new FormatException(
            $"unknown scheme, expected one of {string.Join(", ", HopScheme.All.Where(s => s.IsAvailable).Select(s => s.Name))}" +
            NearestName.Suggest(name, HopScheme.All.Select(s => s.Name)));
        return scheme.IsAvailable ? scheme : throw new FormatException($"{scheme.Name} is not there yet");
    }

    private static (string? User, string? Password, string Place) ReadCredentials(string authority)
    {
        int at = authority.LastIndexOf('@');
        if (at < 0)
        {
            return (null, null, authority);
        }

        (string user, string? password) = Cut(authority[..at], ':');
        return user.Length == 0 ? throw new FormatException("user: expected a name before @, got nothing") : (Decode(user), password is null ? null : Decode(password), authority[(at + 1)..]);
    }

    private static (string Host, string? Port) ReadPlace(string place)
    {
        if (place.StartsWith('['))
        {
            int end = place.IndexOf(']', StringComparison.Ordinal);
            string after = end < 0 ? "" : place[(end + 1)..];
            if (end < 0 || (after.Length > 0 && after[0] != ':') || !System.Net.IPAddress.TryParse(place.AsSpan(1, end - 1), out _))
            {
                throw new FormatException("host: expected an IPv6 address in brackets, then :port or nothing");
            }

            return (place[1..end], after.Length == 0 ? null : after[1..]);
        }

        (string host, string? port) = Cut(place, ':');
        if (port is not null && port.Contains(':', StringComparison.Ordinal))
        {
            throw new FormatException("host: an IPv6 address needs brackets, as in [2001:db8::1]:22");
        }

        host = Decode(host);
        if (host.Length == 0)
        {
            throw new FormatException("host: expected a name or an address, got nothing");
        }

        // A name that looks like an option must never reach a command line.
        if (host[0] == '-' || host.AsSpan().IndexOfAnyExcept(HostCharacters) >= 0)
        {
            throw new FormatException("host: expected letters, digits, '.', '-' and '_'");
        }

        return (host, port);
    }

    private static int ReadPort(HopScheme scheme, string? port)
    {
        if (port is null)
        {
            return scheme.DefaultPort ?? throw new FormatException($"port: {scheme.Name} has no default, expected {scheme.Name}://host:port");
        }

        return int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 0 and <= 65535
            ? number
            : throw new FormatException($"port: expected a number from 0 to 65535, got \"{port}\"");
    }

    private static Dictionary<string, string> ReadQuery(HopScheme scheme, string? query)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string part in (query ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            (string key, string? value) = Cut(part, '=');
            key = Decode(key);
            if (!scheme.QueryKeys.Contains(key))
            {
                string expected = scheme.QueryKeys.Count == 0 ? "nothing" : string.Join(", ", scheme.QueryKeys);
                throw new FormatException($"query: expected {expected} after \"?\", got \"{key}\"" + NearestName.Suggest(key, scheme.QueryKeys));
            }

            if (!values.TryAdd(key, Decode(value ?? "")))
            {
                throw new FormatException($"query: \"{key}\" stands twice");
            }
        }

        return values;
    }

    private static readonly System.Buffers.SearchValues<char> HostCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_*");

    private static string Decode(string text)
    {
        string decoded = Uri.UnescapeDataString(text);
        return decoded.Any(char.IsControl) ? throw new FormatException("a control character, perhaps as %XX, is not permitted") : decoded;
    }

    private static (string Before, string? After) Cut(string text, char separator)
    {
        int at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? (text, null) : (text[..at], text[(at + 1)..]);
    }

    /// <summary>The text without its password and without control characters, short enough for a message. Judges as little as it can, for the text is wrong.</summary>
    private static string Redact(string text)
    {
        int start = text.IndexOf("://", StringComparison.Ordinal);
        start = start < 0 ? 0 : start + 3;
        int at = text.LastIndexOf('@');
        int colon = at < start ? -1 : text.IndexOf(':', start, at - start);
        string shown = colon < 0 ? text : string.Concat(text.AsSpan(0, colon), ":***", text.AsSpan(at));
        shown = string.Concat(shown.Select(c => char.IsControl(c) ? '?' : c));
        return shown.Length > 200 ? shown[..200] + "…" : shown;
    }
}
