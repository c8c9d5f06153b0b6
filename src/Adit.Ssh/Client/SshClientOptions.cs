using Adit.Ssh.Authentication;
using Adit.Ssh.Channels;
using Adit.Ssh.Keys;
using Adit.Ssh.Transport;

namespace Adit.Ssh.Client;

/// <summary>Whom to reach, as whom, and how. Immutable.</summary>
public sealed record SshClientOptions
{
    /// <summary>The host, as the user named it: for known_hosts and messages.</summary>
    public required string Host { get; init; }

    /// <summary>Its port; default 22.</summary>
    public int Port { get; init; } = 22;

    /// <summary>The user name there; default this process's.</summary>
    public string User { get; init; } = Environment.UserName;

    /// <summary>The keys to offer, in order; enumerated only as far as needed, so that a lazy sequence loads a key when its turn comes.</summary>
    public IEnumerable<ISshSigner> Identities { get; init; } = [];

    /// <summary>Who is asked for passwords; null: nobody.</summary>
    public IPasswordSource? Passwords { get; init; }

    /// <summary>How often each method with a password is tried; default 3.</summary>
    public int PasswordAttempts { get; init; } = 3;

    /// <summary>Methods, preferred first.</summary>
    public IReadOnlyList<string> AuthenticationMethods { get; init; } = ["publickey", "keyboard-interactive", "password"];

    /// <summary>Signature algorithms to use with <see cref="Identities"/>.</summary>
    public IReadOnlyList<string> UserKeyAlgorithms { get; init; } = KeyExchange.SshAlgorithms.Default.UserKey;

    /// <summary>
    /// Whether signatures also name the server's host key where the server takes that (publickey-hostbound-v00@openssh.com), so that an agent can tell
    /// whom they are for; default true.
    /// </summary>
    public bool BindsToHost { get; init; } = true;

    /// <summary>Called once the first keys are in use, before authentication: the moment to bind an agent to the session; null for nothing.</summary>
    public Func<SshConnection, CancellationToken, Task>? Keyed { get; init; }

    /// <summary>Called with the fields of hostkeys-00@openssh.com when the server tells all its host keys; null ignores it.</summary>
    public Func<SshConnection, ReadOnlyMemory<byte>, CancellationToken, ValueTask>? HostKeysAnnounced { get; init; }

    /// <summary>Judges the host key; there is no default: a host key is verified or refused.</summary>
    public required IHostKeyPolicy HostKeys { get; init; }

    /// <summary>Receives the server's banner (RFC 4252 §5.4), whose text is not to be trusted.</summary>
    public Action<string>? Banner { get; init; }

    /// <summary>The transport's options.</summary>
    public SshTransportOptions Transport { get; init; } = new();

    /// <summary>What the server may make this side hold, and keepalives.</summary>
    public SshConnectionLimits Limits { get; init; } = new();

    /// <summary>How long connecting, key exchange and authentication may take, prompts apart; default 30 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
