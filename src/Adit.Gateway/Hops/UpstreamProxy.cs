using System.Net;
using Adit.Core;
using Adit.Core.Hops;

namespace Adit.Gateway.Hops;

/// <summary>
/// The proxy between this machine and a host, as the environment names it in the words of curl(1): http_proxy, https_proxy, all_proxy and no_proxy. http_proxy counts in
/// lower case only, since a web server hands a header of the client's to its programs as HTTP_PROXY.
/// </summary>
public static class UpstreamProxy
{
    private static readonly Dictionary<string, string> Hops = new(StringComparer.OrdinalIgnoreCase)
    {
        ["http"] = "connect", ["https"] = "connect+tls", ["socks"] = "socks5", ["socks5"] = "socks5", ["socks5h"] = "socks5h", ["socks4"] = "socks4", ["socks4a"] = "socks4a",
    };

    /// <summary>The proxy for a host.</summary>
    /// <param name="isSecure">Whether TLS is spoken with it.</param>
    /// <param name="host">A name or an address without brackets.</param>
    /// <param name="port">Its port.</param>
    /// <param name="environment">Reads a variable.</param>
    /// <returns>A hop that makes tunnels (<c>connect</c>, <c>socks5</c>, …); null where none is named.</returns>
    /// <exception cref="TunnelException">A variable names something else than a proxy.</exception>
    public static HopUri? Find(bool isSecure, string host, int port, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(environment);
        string[] names = isSecure ? ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] : ["http_proxy", "all_proxy", "ALL_PROXY"];
        string? name = names.FirstOrDefault(n => environment(n) is { Length: > 0 });
        if (name is null || IsExcepted(host, port, environment("no_proxy") ?? environment("NO_PROXY") ?? "")) return null;
        return Parse(environment(name)!, name);
    }

    /// <summary>The hop that a proxy's URL means; without a scheme it is <c>http://</c>, without a port 1080, as curl(1) has it.</summary>
    /// <param name="text">The URL.</param>
    /// <param name="where">What holds it, for errors.</param>
    /// <exception cref="TunnelException">It is no proxy's.</exception>
    public static HopUri Parse(string text, string where)
    {
        ArgumentNullException.ThrowIfNull(text);
        int colon = text.IndexOf("://", StringComparison.Ordinal);
        string scheme = colon < 0 ? "http" : text[..colon];
        string rest = (colon < 0 ? text : text[(colon + 3)..]).TrimEnd('/');
        if (!Hops.TryGetValue(scheme, out string? hop))
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"{where}: expected one of {string.Join(", ", Hops.Keys.Select(k => k + "://"))}, got {scheme}://");
        }

        int at = rest.LastIndexOf('@');
        string place = rest[(at + 1)..];
        bool hasPort = place.LastIndexOf(':') > place.LastIndexOf(']');
        return HopUri.Parse($"{hop}://{rest}{(hasPort ? "" : ":1080")}", where);
    }

    // curl(1), --noproxy: *, names and the domains below them, addresses, networks; each perhaps with a port.
    private static bool IsExcepted(string host, int port, string list)
    {
        foreach (string entry in list.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (entry == "*") return true;
            string name = entry;
            bool bracketed = entry.StartsWith('[');
            int colon = entry.LastIndexOf(':');
            if (colon > 0 && (bracketed ? entry[colon - 1] == ']' : entry.IndexOf(':', StringComparison.Ordinal) == colon) && int.TryParse(entry.AsSpan(colon + 1), out int only))
            {
                if (only != port) continue;
                name = entry[..colon];
            }

            name = name.Trim('[', ']').Trim('.');
            if (IPAddress.TryParse(host, out IPAddress? address))
            {
                if (IPNetwork.TryParse(name, out IPNetwork network) ? network.Contains(address) : IPAddress.TryParse(name, out IPAddress? same) && same.Equals(address)) return true;
                continue;
            }

            string plain = host.TrimEnd('.');
            if (plain.Equals(name, StringComparison.OrdinalIgnoreCase) || plain.EndsWith("." + name, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }
}
