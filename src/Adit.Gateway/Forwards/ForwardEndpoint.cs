using Adit.Core.Policy;

namespace Adit.Gateway.Forwards;

/// <summary>One side of a plain forward: <c>[address:]port</c>, <c>[v6]:port</c>, a range of ports, each with <c>/udp</c> behind it or not, or <c>unix:PATH</c>.</summary>
/// <param name="Host">An address or name without brackets; "" where none was given. Null for a unix socket.</param>
/// <param name="Ports">The ports; meaningless for a unix socket.</param>
/// <param name="Path">The path of a unix socket, else null.</param>
public sealed record ForwardEndpoint(string? Host, PortRange Ports, string? Path)
{
    // sun_path of struct sockaddr_un, less its terminating zero (unix(7))
    private const int LongestPath = 107;

    private const string UdpSuffix = "/udp";

    /// <summary>Whether its ports are of UDP.</summary>
    public bool IsUdp { get; init; }

    /// <summary>Whether it is a unix socket.</summary>
    public bool IsUnix => Path is not null;

    /// <summary>Reads one side.</summary>
    /// <param name="text">What is described at the type.</param>
    /// <param name="endpoint">What it says, or null.</param>
    /// <param name="why">What is wrong, as <c>expected …, got …</c>, or null.</param>
    public static bool TryParse(string text, out ForwardEndpoint? endpoint, out string? why)
    {
        ArgumentNullException.ThrowIfNull(text);
        endpoint = null;
        why = null;
        if (text.StartsWith("unix:", StringComparison.Ordinal))
        {
            string path = text[5..];
            if (path.Length == 0) why = "expected unix:PATH, got no path";
            else if (System.Text.Encoding.UTF8.GetByteCount(path) > LongestPath) why = $"expected a socket path of at most {LongestPath} octets, got {path.Length} characters";
            else endpoint = new ForwardEndpoint(null, default, path);
            return endpoint is not null;
        }

        bool isUdp = text.EndsWith(UdpSuffix, StringComparison.OrdinalIgnoreCase);
        if (isUdp) text = text[..^UdpSuffix.Length];
        int last = text.LastIndexOf(':');
        string host = last < 0 ? "" : text[..last];
        bool bracketed = host.StartsWith('[') && host.EndsWith(']');
        if (bracketed) host = host[1..^1];
        if ((last >= 0 && host.Length == 0)
            || (!bracketed && host.Contains(':', StringComparison.Ordinal))
            || host.AsSpan().IndexOfAny(" /@[]") >= 0)
        {
            why = $"expected [ADDRESS:]PORT[/udp] or unix:PATH (an IPv6 address in brackets), got '{text}'";
            return false;
        }

        string ports = text[(last + 1)..];
        if (ports == "*" || !PortRange.TryParse(ports, out PortRange range))
        {
            why = $"expected a port (0 to 65535) or a range such as 8000-8010, got '{ports}'";
            return false;
        }

        endpoint = new ForwardEndpoint(host, range, null) { IsUdp = isUdp };
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        Path is not null ? $"unix:{Path}"
        : (string.IsNullOrEmpty(Host) ? Ports.ToString()
        : Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Ports}"
        : $"{Host}:{Ports}") + (IsUdp ? UdpSuffix : "");
}
