using System.Net;
using Adit.Ssh.Config;

namespace Adit.Ssh.Keys;

/// <summary>
/// What a line of authorized_keys grants and withholds (AUTHORIZED_KEYS FILE FORMAT in sshd(8)). A value without clock or network: whoever
/// enforces it asks at every login and at every channel.
/// </summary>
public sealed record KeyPermissions
{
    /// <summary>The value of <see cref="Tunnel"/> that means any device.</summary>
    public const int AnyTunnel = int.MaxValue;

    /// <summary>A line without options.</summary>
    public static KeyPermissions Unrestricted { get; } = new();

    /// <summary>Whether "restrict" stood on the line; what later options gave back is in the other members.</summary>
    public bool Restrict { get; init; }

    /// <summary>Whether ports may be forwarded at all; default true.</summary>
    public bool PortForwarding { get; init; } = true;

    /// <summary>Whether an agent may be forwarded; default true.</summary>
    public bool AgentForwarding { get; init; } = true;

    /// <summary>Whether X11 may be forwarded; default true.</summary>
    public bool X11Forwarding { get; init; } = true;

    /// <summary>Whether a terminal may be allocated; default true.</summary>
    public bool Pty { get; init; } = true;

    /// <summary>Whether ~/.ssh/rc is run; default true.</summary>
    public bool UserRc { get; init; } = true;

    /// <summary>Whether the key signs user certificates instead of being one itself.</summary>
    public bool CertAuthority { get; init; }

    /// <summary>no-touch-required: a security key need not attest presence.</summary>
    public bool NoTouchRequired { get; init; }

    /// <summary>verify-required: a security key must attest that it verified the user.</summary>
    public bool VerifyRequired { get; init; }

    /// <summary>The command that is run whatever the client asks for; null when none is forced.</summary>
    public string? Command { get; init; }

    /// <summary>The principals that a certificate must name one of; null when none were given.</summary>
    public string? Principals { get; init; }

    /// <summary>The patterns of from=; null when every source may log in.</summary>
    public string? From { get; init; }

    /// <summary>After this time the key is not accepted; null for no end.</summary>
    public DateTimeOffset? ExpiryTime { get; init; }

    /// <summary>The tun device that is forced, or <see cref="AnyTunnel"/>; null when the line does not say.</summary>
    public int? Tunnel { get; init; }

    /// <summary>Where connections may be opened to; empty for everywhere.</summary>
    public IReadOnlyList<ForwardPermission> PermitOpen { get; init; } = [];

    /// <summary>Where may be listened; empty for everywhere.</summary>
    public IReadOnlyList<ForwardPermission> PermitListen { get; init; } = [];

    /// <summary>Variables for what is executed, in order; the first of a name counts.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>Whether a connection may be opened to a host and port, both as requested.</summary>
    public bool MayOpen(string host, int port) => PortForwarding && (PermitOpen.Count == 0 || PermitOpen.Any(p => p.Opens(host, port)));

    /// <summary>Whether a listener may be bound; port 0 is permitted only where every port is.</summary>
    /// <param name="host">The address as requested: "" for every address, "localhost" for loopback (RFC 4254 §7.1).</param>
    /// <param name="port">The port as requested.</param>
    public bool MayListen(string host, int port) => PortForwarding && (PermitListen.Count == 0 || PermitListen.Any(p => p.Listens(host, port)));

    /// <summary>Whether a login may come from a source.</summary>
    /// <param name="source">Its address; null when it is not known, and then from= denies.</param>
    /// <param name="hostName">Its canonical host name if that was looked up and verified.</param>
    public bool MaySource(IPAddress? source, string? hostName = null)
    {
        if (From is null) return true;
        return source is not null && SshPattern.IsHostMatch(From, source, hostName);
    }

    /// <summary>What both permit, where a login needed several keys: every restriction of either. Of lists and texts that both have, this one's count.</summary>
    public KeyPermissions Within(KeyPermissions other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return this == Unrestricted ? other : other == Unrestricted ? this : this with
        {
            Restrict = Restrict || other.Restrict,
            PortForwarding = PortForwarding && other.PortForwarding,
            AgentForwarding = AgentForwarding && other.AgentForwarding,
            X11Forwarding = X11Forwarding && other.X11Forwarding,
            Pty = Pty && other.Pty,
            UserRc = UserRc && other.UserRc,
            Command = Command ?? other.Command,
            ExpiryTime = other.ExpiryTime is { } end && !(ExpiryTime < end) ? end : ExpiryTime,
            Tunnel = Tunnel ?? other.Tunnel,
            PermitOpen = PermitOpen.Count > 0 ? PermitOpen : other.PermitOpen,
            PermitListen = PermitListen.Count > 0 ? PermitListen : other.PermitListen,
            Environment = [.. Environment, .. other.Environment],
        };
    }

    /// <summary>Whether the key has expired.</summary>
    public bool IsExpired(DateTimeOffset now) => ExpiryTime < now;
}
