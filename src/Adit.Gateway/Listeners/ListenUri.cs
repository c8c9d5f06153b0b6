using System.Globalization;

namespace Adit.Gateway.Listeners;

/// <summary>Where the gateway is reached: <c>tcp://ADDRESS:PORT</c>. The schemes of other carriers are known words, refused until they are there.</summary>
/// <param name="Scheme">Lower case.</param>
/// <param name="Host">An address or name without brackets; <c>*</c> for every address, <c>localhost</c> for every loopback family.</param>
/// <param name="Port">0 to 65535; 0 lets the system choose.</param>
public sealed record ListenUri(string Scheme, string Host, int Port)
{
    private static readonly string[] Later = ["ws", "wss", "http", "https", "dns", "mqtt", "mqtts", "sms+smpp", "sms+modem", "tls"];

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
            why = $"expected tcp://ADDRESS:PORT, got '{Shown(text)}'";
            return false;
        }

        string scheme = text[..colon].ToLowerInvariant();
        if (scheme != "tcp")
        {
            why = Later.Contains(scheme)
                ? $"listening on {scheme}:// is not there yet in this version; expected tcp://ADDRESS:PORT"
                : $"expected tcp://ADDRESS:PORT, got the unknown scheme '{Shown(scheme)}'";
            return false;
        }

        string rest = text[(colon + 3)..];
        if (rest.Contains('?', StringComparison.Ordinal))
        {
            why = "options of tcp:// (after '?') are not there yet in this version; expected tcp://ADDRESS:PORT";
            return false;
        }

        if (rest.EndsWith('/')) rest = rest[..^1];
        int last = rest.LastIndexOf(':');
        string host = last < 0 ? "" : rest[..last];
        bool bracketed = host.StartsWith('[') && host.EndsWith(']');
        if (bracketed) host = host[1..^1];
        if (last < 0
            || host.Length == 0
            || (!bracketed && host.Contains(':', StringComparison.Ordinal))
            || host.AsSpan().IndexOfAny(" /@[]") >= 0
            || !int.TryParse(rest.AsSpan(last + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            || port > 65535)
        {
            why = $"expected tcp://ADDRESS:PORT, got '{Shown(text)}'";
            return false;
        }

        uri = new ListenUri(scheme, host, port);
        why = null;
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"{Scheme}://[{Host}]:{Port}" : $"{Scheme}://{Host}:{Port}";

    private static string Shown(string text) => text.Length <= 64 ? text : text[..64] + "…";
}
