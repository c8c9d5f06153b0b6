using Adit.Ssh.Channels;
using Adit.Ssh.Keys;
using Adit.Ssh.Transport;

namespace Adit.Ssh.Server;

/// <summary>How a server behaves towards one connection. Immutable.</summary>
public sealed record SshServerOptions
{
    /// <summary>The host keys; at least one. The offer of host key algorithms follows from them.</summary>
    public required IReadOnlyList<ISshSigner> HostKeys { get; init; }

    /// <summary>The transport's options.</summary>
    public SshTransportOptions Transport { get; init; } = new();

    /// <summary>What a client may make this side hold, and keepalives.</summary>
    public SshConnectionLimits Limits { get; init; } = new();

    /// <summary>Refused authentication attempts after which the connection ends; default 6, as sshd's MaxAuthTries. Asking whether a key would do counts.</summary>
    public int MaxAuthTries { get; init; } = 6;

    /// <summary>How long key exchange and authentication may take; default 120 s, as sshd's LoginGraceTime; zero: for ever.</summary>
    public TimeSpan LoginGraceTime { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>A text that clients show before authentication; null for none.</summary>
    public string? Banner { get; init; }
}
