using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Adit.Wire.Http;

/// <summary>A host and a port as they stand in a CONNECT's target, a Host field or a URI's authority (RFC 9110 §7.1, RFC 3986 §3.2).</summary>
/// <param name="Host">A name or address literal, without brackets.</param>
/// <param name="Port">1 to 65535.</param>
public readonly record struct HttpAuthority(string Host, int Port)
{
    /// <summary>Ours: a name has 253 octets at most (RFC 1035 §2.3.4); an address fewer.</summary>
    private const int LongestHost = 255;

    /// <summary>Reads <c>HOST:PORT</c>, <c>[V6]:PORT</c>, or without the port.</summary>
    /// <param name="text">The text.</param>
    /// <param name="defaultPort">The port where none is named; null if one must be.</param>
    /// <param name="authority">What it says.</param>
    public static bool TryParse(ReadOnlySpan<char> text, int? defaultPort, out HttpAuthority authority)
    {
        authority = default;
        string host;
        ReadOnlySpan<char> rest;
        if (text.StartsWith("["))
        {
            int end = text.IndexOf(']');
            if (end < 0 || !IPAddress.TryParse(text[1..end], out IPAddress? v6) || v6.AddressFamily != AddressFamily.InterNetworkV6) return false;
            host = text[1..end].ToString();
            rest = text[(end + 1)..];
        }
        else
        {
            int colon = text.IndexOf(':');
            host = (colon < 0 ? text : text[..colon]).ToString();
            rest = colon < 0 ? default : text[colon..];
            if (!IsRegisteredName(host)) return false;
        }

        int port;
        if (rest is "" or ":")
        {
            if (defaultPort is null) return false;
            port = defaultPort.Value;
        }
        else if (rest[0] != ':' || rest.Length > 6 || !int.TryParse(rest[1..], NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535)
        {
            return false;
        }

        authority = new HttpAuthority(host, port);
        return true;
    }

    /// <summary>Takes an <c>http://</c> URI apart, which is what a proxy gets as a request's target (absolute-form, RFC 9112 §3.2.2).</summary>
    /// <param name="target">The target.</param>
    /// <param name="authority">Host and port (80 by default).</param>
    /// <param name="path">What the origin gets: path and query, at least <c>/</c>.</param>
    /// <returns>False where it is no http:// URI, or has user information, which RFC 9110 §4.2.4 has a recipient refuse.</returns>
    public static bool TryParseAbsolute(string target, out HttpAuthority authority, [NotNullWhen(true)] out string? path)
    {
        ArgumentNullException.ThrowIfNull(target);
        const string Scheme = "http://";
        authority = default;
        path = null;
        if (!target.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return false;
        ReadOnlySpan<char> rest = target.AsSpan(Scheme.Length);
        int end = rest.IndexOfAny('/', '?', '#');
        ReadOnlySpan<char> host = end < 0 ? rest : rest[..end];
        if (rest.Contains('#') || !TryParse(host, 80, out authority)) return false;
        path = end < 0 ? "/" : rest[end] == '/' ? rest[end..].ToString() : $"/{rest[end..]}";
        return true;
    }

    /// <summary>As a Host field has it: without the port where it is the scheme's own.</summary>
    /// <param name="defaultPort">The scheme's port.</param>
    public string ToHostField(int defaultPort) => Port == defaultPort ? Bracketed : ToString();

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Bracketed}:{Port}");

    private string Bracketed => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;

    // Letters, digits and what names and addresses need; what else RFC 3986 §3.2.2 lets a registered name have (percent, sub-delims) is no host anywhere.
    private static bool IsRegisteredName(string host)
    {
        if (host.Length is 0 or > LongestHost) return false;
        foreach (char c in host)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_')) return false;
        return true;
    }
}
