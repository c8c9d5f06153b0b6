using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Adit.Ssh.Config;

/// <summary>Whom to connect to: the destination of ssh(1), or one host of ProxyJump.</summary>
/// <param name="User">The user name; null where none is given.</param>
/// <param name="Host">A name, an alias of the configuration or an address, IPv6 without brackets.</param>
/// <param name="Port">The port; null where none is given, so that the configuration decides.</param>
public sealed record SshDestination(string? User, string Host, int? Port)
{
    /// <summary>Reads the destination of a command line: <c>[user@]host</c> (the last @ divides) or <c>ssh://[user@]host[:port]</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out SshDestination? destination)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.StartsWith("ssh://", StringComparison.OrdinalIgnoreCase))
        {
            return TryParseUri(text, out destination);
        }

        int at = text.LastIndexOf('@');
        destination = new SshDestination(at < 0 ? null : text[..at], text[(at + 1)..], null);
        return at != 0 && destination.Host.Length > 0;
    }

    /// <summary>Reads a host of ProxyJump: <c>[user@]host[:port]</c>, IPv6 in brackets, or <c>ssh://[user@]host[:port]</c>.</summary>
    public static bool TryParseJump(string text, [NotNullWhen(true)] out SshDestination? destination)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.Trim();
        return text.StartsWith("ssh://", StringComparison.OrdinalIgnoreCase) ? TryParseUri(text, out destination) : TryParseAuthority(text, out destination);
    }

    /// <summary>Whether a name may be a host: nothing that a shell or an option parser would take apart (OpenSSH's rule for its command line).</summary>
    public static bool IsValidHost(string host) =>
        !string.IsNullOrEmpty(host) && host[0] != '-' && !host.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || "'`\"$\\;&<>|(){}".Contains(c, StringComparison.Ordinal));

    /// <summary>Whether a name may be a user at the server (OpenSSH's rule for its command line).</summary>
    public static bool IsValidUser(string user)
    {
        ArgumentNullException.ThrowIfNull(user);
        if (user.StartsWith('-') || user.EndsWith('\\') || user.Any(c => char.IsControl(c) || "'`\";&<>|(){}".Contains(c, StringComparison.Ordinal)))
        {
            return false;
        }

        // No option after a blank.
        return !user.Where((c, i) => c == '-' && i > 0 && char.IsWhiteSpace(user[i - 1])).Any();
    }

    /// <inheritdoc/>
    public override string ToString() => string.Concat(
        User is null ? "" : User + "@",
        Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host,
        Port is { } port ? ":" + port.ToString(CultureInfo.InvariantCulture) : "");

    private static bool TryParseUri(string text, [NotNullWhen(true)] out SshDestination? destination)
    {
        string authority = text["ssh://".Length..];
        if (authority.EndsWith('/'))
        {
            authority = authority[..^1];
        }

        destination = null;
        if (authority.Contains('/', StringComparison.Ordinal) || !TryParseAuthority(authority, out SshDestination? raw))
        {
            return false;
        }

        destination = raw with { User = raw.User is null ? null : Uri.UnescapeDataString(raw.User) };
        return true;
    }

    private static bool TryParseAuthority(string text, [NotNullWhen(true)] out SshDestination? destination)
    {
        destination = null;
        int at = text.LastIndexOf('@');
        string place = text[(at + 1)..];
        int close = place.StartsWith('[') ? place.IndexOf(']', StringComparison.Ordinal) : -1;
        int colon = close > 0 ? close + 1 : place.IndexOf(':', StringComparison.Ordinal);
        bool hasPort = colon >= 0 && colon < place.Length;
        string host = close > 0 ? place[1..close] : hasPort ? place[..colon] : place;
        int port = 0;
        if (at == 0 || host.Length == 0 || (place[0] == '[' && close < 0)
            || (hasPort && (place[colon] != ':' || !int.TryParse(place.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is 0 or > 65535)))
        {
            return false;
        }

        destination = new SshDestination(at < 0 ? null : text[..at], host, hasPort ? port : null);
        return true;
    }
}
