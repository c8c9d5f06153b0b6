using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Adit.Gateway.Configuration;

/// <summary>One end of a link: <c>ADDRESS</c>, <c>ADDRESS:PORT</c>, <c>[V6]:PORT</c>, a name instead of an address, or <c>unix:PATH</c> where a stream leads.</summary>
/// <param name="Host">The address or name, without brackets; the path of a unix socket behind <c>unix:</c>.</param>
/// <param name="Port">The port; null where none was given.</param>
public sealed record LinkPlace(string Host, int? Port)
{
    /// <summary>Its address; null where it is a name or a path.</summary>
    public IPAddress? Address => IPAddress.TryParse(Host, out IPAddress? address) ? address : null;

    /// <summary>Whether it is a unix socket.</summary>
    public bool IsUnix => Host.StartsWith("unix:", StringComparison.Ordinal);

    /// <summary>Reads one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="place">What it says.</param>
    public static bool TryParse(string text, out LinkPlace? place)
    {
        ArgumentNullException.ThrowIfNull(text);
        place = null;
        if (text.StartsWith("unix:", StringComparison.Ordinal))
        {
            place = text.Length > 5 ? new LinkPlace(text, null) : null;
            return place is not null;
        }

        // Without brackets several colons are an IPv6 address alone.
        bool isWhole = text.Count(c => c == ':') > 1 && !text.StartsWith('[');
        int end = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) + 1 : isWhole ? text.Length : text.LastIndexOf(':') is var colon and >= 0 ? colon : text.Length;
        string host = text[..end].Trim('[', ']');
        int? port = null;
        if (end < text.Length)
        {
            if (text[end] != ':' || !int.TryParse(text.AsSpan(end + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number > ushort.MaxValue) return false;
            port = number;
        }

        bool isAddress = IPAddress.TryParse(host, out IPAddress? address) && (address.AddressFamily == AddressFamily.InterNetworkV6 || host.Split('.').Length == 4);
        bool isName = !isAddress && host.Length is > 0 and <= 255 && !host.Contains(':', StringComparison.Ordinal) && host.Any(char.IsAsciiLetter) && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_');
        if (!isAddress && !isName) return false;
        place = new LinkPlace(isAddress ? address!.ToString() : host, port);
        return true;
    }

    /// <summary>As <see cref="TryParse"/> reads it.</summary>
    public override string ToString() => Port is { } port ? string.Create(CultureInfo.InvariantCulture, $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{port}") : Host;
}
