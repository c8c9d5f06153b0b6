using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Adit.Core;

/// <summary>Where a stream leads or a listener stands.</summary>
public abstract record Destination
{
    /// <summary>Reads <c>host:port</c>, <c>[v6]:port</c>, <c>unix:PATH</c>, or a path with a slash in it.</summary>
    /// <exception cref="FormatException">It is none of these.</exception>
    public static Destination Parse(string text) =>
        TryParse(text, out Destination? destination) ? destination : throw new FormatException($"destination: expected host:port, [address]:port or unix:PATH, got '{text}'");

    /// <summary>Reads <c>host:port</c>, <c>[v6]:port</c>, <c>unix:PATH</c>, or a path with a slash in it; the host of a listener may be empty or <c>*</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Destination? destination)
    {
        ArgumentNullException.ThrowIfNull(text);
        destination = null;
        if (text.StartsWith("unix:", StringComparison.Ordinal) && text.Length > 5) destination = new UnixDestination(text[5..]);
        else if (text.Contains('/', StringComparison.Ordinal)) destination = new UnixDestination(text);
        if (destination is not null) return true;
        int colon = text.LastIndexOf(':');
        if (colon < 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port > 65535) return false;
        string host = text[..colon];
        bool isBracketed = host.StartsWith('[') && host.EndsWith(']');
        if (isBracketed) host = host[1..^1];
        if (!isBracketed && host.Contains(':', StringComparison.Ordinal)) return false;
        destination = new TcpDestination(host, port);
        return true;
    }
}

/// <summary>A TCP port of a host. The host is a <i>name</i> or address literal, resolved at the far end of the last hop.</summary>
/// <param name="Host">A name, an IPv4 or an IPv6 address without brackets; for a listener "" and "*" mean every address, "localhost" every loopback family.</param>
/// <param name="Port">0 to 65535; 0 lets a listener choose.</param>
public sealed record TcpDestination(string Host, int Port) : Destination
{
    /// <inheritdoc/>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}

/// <summary>A unix-domain stream socket.</summary>
/// <param name="Path">Its path in the file system where it is dialled or bound.</param>
public sealed record UnixDestination(string Path) : Destination
{
    /// <inheritdoc/>
    public override string ToString() => $"unix:{Path}";
}

/// <summary>A UDP port of a host. The host is a <i>name</i> or address literal, resolved at the far end of the last hop.</summary>
/// <param name="Host">A name, an IPv4 or an IPv6 address without brackets; for a listener as with <see cref="TcpDestination"/>.</param>
/// <param name="Port">0 to 65535; 0 lets a listener choose.</param>
public sealed record UdpDestination(string Host, int Port) : Destination
{
    /// <inheritdoc/>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}/udp" : $"{Host}:{Port}/udp";
}
