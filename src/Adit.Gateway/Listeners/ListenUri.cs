using System.Globalization;

namespace Adit.Gateway.Listeners;

/// <summary>
/// Where the gateway is reached: <c>tcp://ADDRESS:PORT</c>, or <c>ws</c>, <c>wss</c>, <c>http</c>, <c>https</c> <c>://ADDRESS:PORT/PATH</c>. The schemes of other
/// carriers are known words, refused until they are there.
/// </summary>
/// <param name="Scheme">Lower case.</param>
/// <param name="Host">An address or name without brackets; <c>*</c> for every address, <c>localhost</c> for every loopback family.</param>
/// <param name="Port">0 to 65535; 0 lets the system choose.</param>
public sealed record ListenUri(string Scheme, string Host, int Port)
{
    private const string Expected = "tcp://ADDRESS:PORT or ws, wss, http, https://ADDRESS:PORT/PATH";
    private const int LongestPath = 1024; // ours
    private static readonly string[] Web = ["ws", "wss", "http", "https"];
    private static readonly string[] Later = ["dns", "mqtt", "mqtts", "sms+smpp", "sms+modem", "tls"];

    /// <summary>The path with its leading slash and without one at its end; empty for the root and for <c>tcp</c>.</summary>
    public string Path { get; init; } = "";

    /// <summary>Whether a web server serves it.</summary>
    public bool IsWeb => Web.Contains(Scheme);

    /// <summary>Whether it is reached over TLS.</summary>
    public bool IsSecure => Scheme is "wss" or "https";

    /// <summary>Reads one.</summary>
    /// <param name="text">The URI.</param>
    /// <param name="uri">What it says, or null.</param>
    /// <param name="why">What is wrong, as <c>expected …, got …</c>, or null. Holds no query, where keys may stand.</param>
    public static bool TryParse(string text, out ListenUri? uri, out string? why)
    {
        ArgumentNullException.ThrowIfNull(text);
        uri = null;
        int colon = text.IndexOf("://", StringComparison.Ordinal);
        if (colon <= 0)
        {
            why = $"expected {Expected}, got '{Shown(text)}'";
            return false;
        }

        string scheme = text[..colon].ToLowerInvariant();
        bool isWeb = Web.Contains(scheme);
        if (scheme != "tcp" && !isWeb)
        {
            why = Later.Contains(scheme)
                ? $"listening on {scheme}:// is not there yet in this version; expected {Expected}"
                : $"expected {Expected}, got the unknown scheme '{Shown(scheme)}'";
            return false;
        }

        string rest = text[(colon + 3)..];
        if (rest.Contains('?', StringComparison.Ordinal))
        {
            why = $"options of {scheme}:// (after '?') are not there yet in this version; expected {Expected}";
            return false;
        }

        string path = "";
        if (rest.IndexOf('/', StringComparison.Ordinal) is var slash && slash >= 0)
        {
            path = rest[slash..].TrimEnd('/');
            rest = rest[..slash];
        }

        int last = rest.LastIndexOf(':');
        string host = last < 0 ? "" : rest[..last];
        bool bracketed = host.StartsWith('[') && host.EndsWith(']');
        if (bracketed) host = host[1..^1];
        if (last < 0
            || host.Length == 0
            || (!bracketed && host.Contains(':', StringComparison.Ordinal))
            || host.AsSpan().IndexOfAny(" /@[]") >= 0
            || !int.TryParse(rest.AsSpan(last + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            || port > 65535
            || (path.Length > 0 && !isWeb))
        {
            why = $"expected {Expected}, got '{Shown(text)}'";
            return false;
        }

        if (!IsPath(path))
        {
            why = $"expected a path of letters, digits and -._~!$&'()*+,;=:@/ of at most {LongestPath} characters, got '{Shown(path)}'";
            return false;
        }

        uri = new ListenUri(scheme, host, port) { Path = path };
        why = null;
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => (Host.Contains(':', StringComparison.Ordinal) ? $"{Scheme}://[{Host}]:{Port}" : $"{Scheme}://{Host}:{Port}") + Path;

    // RFC 3986 §3.3 without percent-encoding: what stands here is compared with what a request says, octet by octet.
    private static bool IsPath(string path) =>
        path.Length <= LongestPath && path.All(c => char.IsAsciiLetterOrDigit(c) || "-._~!$&'()*+,;=:@/".Contains(c, StringComparison.Ordinal))
        && !path.Contains("//", StringComparison.Ordinal) && !path.Split('/').Any(s => s is "." or "..");

    private static string Shown(string text) => text.Length <= 64 ? text : text[..64] + "…";
}
