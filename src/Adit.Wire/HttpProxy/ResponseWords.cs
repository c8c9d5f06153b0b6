using System.Globalization;
using System.Text;
using Adit.Wire.Http;

namespace Adit.Wire.HttpProxy;

/// <summary>Reads what proxies say in a refusal, for a person and for a program.</summary>
internal static class ResponseWords
{
    /// <summary>Ours: characters of a proxy's words shown.</summary>
    public const int Longest = 200;

    /// <summary>What a refusal means: RFC 9209 where the proxy speaks it, what known proxies say else, the status code at last.</summary>
    public static ProxyRefusal CauseOf(in HttpResponseHead head, string body)
    {
        if (head.StatusCode == 407) return ProxyRefusal.CredentialsRequired;
        ProxyRefusal told = FromProxyStatus(head.Fields);
        if (told == ProxyRefusal.None) told = FromSquid(head.Fields.Find("X-Squid-Error"));
        if (told == ProxyRefusal.None && head.StatusCode >= 500) told = FromBody(body);
        if (told != ProxyRefusal.None) return told;
        return head.StatusCode switch
        {
            403 or 451 => ProxyRefusal.Denied, // RFC 9110 §15.5.4, RFC 7725
            405 or 501 or 426 => ProxyRefusal.NotSupported, // RFC 9110 §15.5.6, §15.6.2, §15.5.22
            502 or 503 => ProxyRefusal.Other,
            504 => ProxyRefusal.TimedOut, // RFC 9110 §15.6.5
            _ => ProxyRefusal.Other,
        };
    }

    /// <summary>Status, reason and what else is short and telling.</summary>
    public static string Of(in HttpResponseHead head, string body)
    {
        var text = new StringBuilder(head.StatusCode.ToString(CultureInfo.InvariantCulture));
        if (head.Reason.Length > 0) text.Append(' ').Append(head.Reason);
        if (head.Fields.Find("X-Squid-Error") is { } squid) text.Append(", ").Append(squid);
        else if (head.Fields.Find("Proxy-Status") is { } status) text.Append(", ").Append(status);
        bool isPlain = head.Fields.Find("Content-Type")?.StartsWith("text/plain", StringComparison.OrdinalIgnoreCase) == true;
        if (isPlain && body.Length > 0) text.Append(": ").Append(body);
        return Clean(text.ToString());
    }

    /// <summary>One line without control characters, bounded.</summary>
    public static string Clean(string text)
    {
        var clean = new StringBuilder();
        foreach (char c in text)
        {
            bool isBlank = char.IsControl(c) || char.IsWhiteSpace(c) || c is >= '\u0080' and < '\u00a0';
            if (isBlank && (clean.Length == 0 || clean[^1] == ' ')) continue;
            if (clean.Length == Longest) return clean.Append('…').ToString();
            clean.Append(isBlank ? ' ' : c);
        }

        return clean.ToString().TrimEnd();
    }

    // Proxy-Status: name; error=dns_error; … (RFC 9209 §2.3)
    private static ProxyRefusal FromProxyStatus(HttpFields fields)
    {
        foreach (string element in fields.Elements("Proxy-Status"))
        {
            foreach (string parameter in element.Split(';').Skip(1))
            {
                string[] pair = parameter.Split('=', 2);
                if (pair.Length < 2 || pair[0].Trim() != "error") continue;
                switch (pair[1].Trim(' ', '"'))
                {
                    case "dns_error" or "dns_timeout": return ProxyRefusal.NameNotResolved;
                    case "connection_refused": return ProxyRefusal.ConnectionRefused;
                    case "destination_ip_unroutable" or "destination_unavailable" or "destination_not_found" or "connection_terminated": return ProxyRefusal.Unreachable;
                    case "connection_timeout" or "connection_read_timeout" or "http_response_timeout": return ProxyRefusal.TimedOut;
                    case "destination_ip_prohibited" or "http_request_denied": return ProxyRefusal.Denied;
                }
            }
        }

        return ProxyRefusal.None;
    }

    // squid(8): the name of its page, then errno of the connection.
    private static ProxyRefusal FromSquid(string? error)
    {
        if (error is null) return ProxyRefusal.None;
        string[] parts = error.Split(' ');
        return parts[0] switch
        {
            "ERR_ACCESS_DENIED" => ProxyRefusal.Denied,
            "ERR_DNS_FAIL" => ProxyRefusal.NameNotResolved,
            "ERR_CANNOT_FORWARD" => ProxyRefusal.Unreachable,
            "ERR_CONNECT_FAIL" => parts.ElementAtOrDefault(1) switch
            {
                "111" => ProxyRefusal.ConnectionRefused, // ECONNREFUSED
                "110" => ProxyRefusal.TimedOut, // ETIMEDOUT
                _ => ProxyRefusal.Unreachable,
            },
            _ => ProxyRefusal.None,
        };
    }

    // Words of Apache's mod_proxy and of others, in pages that nothing else tells apart.
    private static ProxyRefusal FromBody(string body)
    {
        if (body.Contains("DNS lookup failure", StringComparison.OrdinalIgnoreCase) || body.Contains("Name or service not known", StringComparison.OrdinalIgnoreCase)
            || body.Contains("could not resolve", StringComparison.OrdinalIgnoreCase) || body.Contains("name not resolved", StringComparison.OrdinalIgnoreCase)) return ProxyRefusal.NameNotResolved;
        if (body.Contains("Connection refused", StringComparison.OrdinalIgnoreCase)) return ProxyRefusal.ConnectionRefused;
        if (body.Contains("timed out", StringComparison.OrdinalIgnoreCase)) return ProxyRefusal.TimedOut;
        return body.Contains("No route to host", StringComparison.OrdinalIgnoreCase) || body.Contains("Network is unreachable", StringComparison.OrdinalIgnoreCase)
            ? ProxyRefusal.Unreachable : ProxyRefusal.None;
    }
}
