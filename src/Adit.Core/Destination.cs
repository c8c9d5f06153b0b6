namespace Adit.Core;

/// <summary>Where a stream leads or a listener stands.</summary>
public abstract record Destination;

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
