using System.Globalization;
using Adit.Core.Hops;
using Adit.Core.Text;
using Adit.Gateway.Configuration;

namespace Adit.Gateway.Listeners;

/// <summary>
/// Where the gateway is reached: <c>tcp://ADDRESS:PORT</c>, or <c>ws</c>, <c>wss</c>, <c>http</c>, <c>https</c> <c>://ADDRESS:PORT/PATH</c>; <c>dns://ADDRESS:PORT/DOMAIN?key=…</c>; or by a message
/// carrier: a hop URI of <c>mqtt</c>, <c>mqtts</c>, <c>sms+smpp</c>, <c>sms+smpps</c> or <c>sms+modem</c>, with <c>key=</c>.
/// </summary>
/// <param name="Scheme">Lower case.</param>
/// <param name="Host">An address or name without brackets; <c>*</c> for every address, <c>localhost</c> for every loopback family.</param>
/// <param name="Port">0 to 65535; 0 lets the system choose.</param>
public sealed record ListenUri(string Scheme, string Host, int Port)
{
    private const string Expected = "tcp://ADDRESS:PORT, ws, wss, http, https://ADDRESS:PORT/PATH, dns://ADDRESS:PORT/DOMAIN?key=…, mqtt or mqtts://BROKER/PREFIX?key=…, sms+smpp://USER@CENTRE?key=… or sms+modem:///DEVICE?key=…";
    private const int LongestPath = 1024; // ours
    private static readonly string[] Web = ["ws", "wss", "http", "https"];
    private static readonly string[] Messages = ["dns", "mqtt", "mqtts", "sms+smpp", "sms+smpps", "sms+modem"];
    private static readonly string[] StreamKeys = ["key"];

    /// <summary>The path with its leading slash and without one at its end; empty for the root and for <c>tcp</c>.</summary>
    public string Path { get; init; } = "";

    /// <summary>Whether a web server serves it.</summary>
    public bool IsWeb => Web.Contains(Scheme);

    /// <summary>Whether it is reached by a message carrier, on which lifelines run.</summary>
    public bool IsMessages => Messages.Contains(Scheme);

    /// <summary>Whether this machine listens there, so that no other part may: everything but brokers, centres and modems.</summary>
    public bool IsBound => !IsMessages || Scheme == "dns";

    /// <summary>What stands behind <c>?</c>.</summary>
    public IReadOnlyDictionary<string, string> Query { get; init; } = None;

    /// <summary>The carrier keys of it, <c>key=</c>: a file or a folder; null where there is none.</summary>
    public string? Key => Query.GetValueOrDefault("key");

    /// <summary>Of a broker, a centre or a modem: the whole URI, with user and password. Null elsewhere.</summary>
    public HopUri? Hop { get; init; }

    /// <summary>Of a running listener of messages: how it calls itself, in place of what was configured.</summary>
    public string? Running { get; init; }

    private static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>();

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
        if (scheme != "tcp" && !isWeb && !Messages.Contains(scheme))
        {
            why = $"expected {Expected}, got the unknown scheme '{Shown(scheme)}'";
            return false;
        }

        if (scheme != "dns" && Messages.Contains(scheme)) return TryParseHop(text, out uri, out why);
        string rest = text[(colon + 3)..];
        if (!TryReadQuery(scheme, ref rest, out Dictionary<string, string> query, out why)) return false;
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
            || (path.Length > 0 && !isWeb && scheme != "dns"))
        {
            why = $"expected {Expected}, got '{Shown(text)}'";
            return false;
        }

        if (!IsPath(path))
        {
            why = $"expected a path of letters, digits and -._~!$&'()*+,;=:@/ of at most {LongestPath} characters, got '{Shown(path)}'";
            return false;
        }

        if (scheme == "dns" && !TryTakeDomain(path, query, out why)) return false;
        uri = new ListenUri(scheme, host, port) { Path = path, Query = query.Count == 0 ? None : query };
        why = null;
        return true;
    }

    /// <summary>The same text, to write it into a configuration: with its query, without a password.</summary>
    public string ToText() => Hop is not null ? HopText.Write(Hop)
        : ToString() + string.Concat(Query.Where(q => !(Scheme == "dns" && q.Key == "domain" && Path.Length > 0)).Select((q, i) => $"{(i == 0 ? '?' : '&')}{Uri.EscapeDataString(q.Key)}{(q.Value.Length == 0 ? "" : "=" + HopText.Escape(q.Value))}"));

    // A broker, a centre or a modem: the same words as of a hop.
    private static bool TryParseHop(string text, out ListenUri? uri, out string? why)
    {
        uri = null;
        if (!HopUri.TryParse(text, out HopUri? hop, out why)) return false;
        if (!hop.Query.ContainsKey("key"))
        {
            why = $"{hop}: expected key=FILE, or key=FOLDER with one carrier key a peer (adit keygen --carrier), got none";
            return false;
        }

        uri = new ListenUri(hop.Scheme.Name, hop.Host, hop.Port) { Path = hop.Path, Query = hop.Query, Hop = hop };
        return true;
    }

    private static bool TryReadQuery(string scheme, ref string rest, out Dictionary<string, string> query, out string? why)
    {
        query = new Dictionary<string, string>(StringComparer.Ordinal);
        why = null;
        int mark = rest.IndexOf('?', StringComparison.Ordinal);
        if (mark < 0) return true;
        string[] expected = scheme == "dns" ? ["key", .. DnsListening.QueryKeys] : StreamKeys;
        foreach (string part in rest[(mark + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = part.Split('=', 2);
            string name = Uri.UnescapeDataString(pair[0]);
            if (!expected.Contains(name)) why = $"{scheme}: query: expected {string.Join(", ", expected)} after \"?\", got '{Shown(name)}'" + NearestName.Suggest(name, expected);
            else if (!query.TryAdd(name, pair.Length == 2 ? Uri.UnescapeDataString(pair[1]) : "")) why = $"{scheme}: query: \"{name}\" stands twice";
            if (why is not null) return false;
        }

        rest = rest[..mark];
        return true;
    }

    // dns://ADDRESS:PORT/DOMAIN is short for ?domain=DOMAIN.
    private static bool TryTakeDomain(string path, Dictionary<string, string> query, out string? why)
    {
        why = null;
        if (path.Length > 1 && !query.TryAdd("domain", path[1..])) why = "dns: expected the domain either as the path or as domain=, got both";
        else if (!query.ContainsKey("domain")) why = "dns: expected the domain that is delegated to this server, as in dns://0.0.0.0:53/t.example.com?key=FILE, got none";
        else if (!query.ContainsKey("key")) why = "dns: expected key=FILE, or key=FOLDER with one carrier key a peer (adit keygen --carrier), got none";
        return why is null;
    }

    /// <inheritdoc/>
    public override string ToString() => Running ?? Hop?.ToString() ?? (Host.Contains(':', StringComparison.Ordinal) ? $"{Scheme}://[{Host}]:{Port}" : $"{Scheme}://{Host}:{Port}") + Path;

    // RFC 3986 §3.3 without percent-encoding: what stands here is compared with what a request says, octet by octet.
    private static bool IsPath(string path) =>
        path.Length <= LongestPath && path.All(c => char.IsAsciiLetterOrDigit(c) || "-._~!$&'()*+,;=:@/".Contains(c, StringComparison.Ordinal))
        && !path.Contains("//", StringComparison.Ordinal) && !path.Split('/').Any(s => s is "." or "..");

    private static string Shown(string text) => text.Length <= 64 ? text : text[..64] + "…";
}
