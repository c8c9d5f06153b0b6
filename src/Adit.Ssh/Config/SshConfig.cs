namespace Adit.Ssh.Config;

/// <summary>
/// The options of ssh_config(5) for one host, resolved: defaults filled in, tokens, variables and <c>~</c> expanded, algorithm lists complete. The
/// defaults are OpenSSH's but for keepalives, which are on, so that a dead path is noticed and its ports are released.
/// </summary>
public sealed partial record SshConfig
{
    /// <summary>The port of SSH, RFC 4253 §4.1.</summary>
    public const int DefaultPort = 22;

    /// <summary>The default of <see cref="ServerAliveCountMax"/>, OpenSSH's.</summary>
    public const int DefaultServerAliveCountMax = 3;

    /// <summary>The default of <see cref="StreamLocalBindMask"/>, 0177, OpenSSH's.</summary>
    public const int DefaultStreamLocalBindMask = 0x7F;

    /// <summary>The default of <see cref="ServerAliveInterval"/>. Ours: with three questions a dead path is noticed within a minute.</summary>
    public static TimeSpan DefaultServerAliveInterval { get; } = TimeSpan.FromSeconds(15);

    /// <summary>The default of <see cref="PreferredAuthentications"/>: OpenSSH's, without the methods not done here.</summary>
    public static IReadOnlyList<string> DefaultAuthentications { get; } = ["publickey", "keyboard-interactive", "password"];

    /// <summary>The host as it was named (<c>%n</c>).</summary>
    public required string OriginalHost { get; init; }

    /// <summary>The name or address to connect to.</summary>
    public required string HostName { get; init; }

    /// <summary>The port; 22 where nothing says else.</summary>
    public required int Port { get; init; }

    /// <summary>The user name at the server; the local one where nothing says else.</summary>
    public required string User { get; init; }

    /// <summary>The name that known_hosts knows the host by; null for its own.</summary>
    public string? HostKeyAlias { get; init; }

    /// <summary>A name that <c>Match tagged</c> compares.</summary>
    public string? Tag { get; init; }

    /// <summary>Which addresses may be connected to.</summary>
    public SshAddressFamily AddressFamily { get; init; }

    /// <summary>The local address to connect from.</summary>
    public string? BindAddress { get; init; }

    /// <summary>The local interface whose address to connect from.</summary>
    public string? BindInterface { get; init; }

    /// <summary>How long connecting, and the server's first answer, may take; null leaves it to the system.</summary>
    public TimeSpan? ConnectTimeout { get; init; }

    /// <summary>How often to try to connect, a second between; at least 1.</summary>
    public int ConnectionAttempts { get; init; } = 1;

    /// <summary>Whether TCP itself probes the path.</summary>
    public bool TcpKeepAlive { get; init; } = true;

    /// <summary>The silence after which the server is asked whether it lives; zero never asks. Default 15 s (OpenSSH: never).</summary>
    public TimeSpan ServerAliveInterval { get; init; } = DefaultServerAliveInterval;

    /// <summary>How many such questions in a row may stay unanswered before the connection counts as lost. Default 3.</summary>
    public int ServerAliveCountMax { get; init; } = DefaultServerAliveCountMax;

    /// <summary>The hosts to go through, nearest first.</summary>
    public IReadOnlyList<SshDestination> ProxyJump { get; init; } = [];

    /// <summary>A command whose standard streams are the connection, tokens expanded; null for none.</summary>
    public string? ProxyCommand { get; init; }

    /// <summary>Whether that command passes a connected socket instead.</summary>
    public bool ProxyUseFdPass { get; init; }

    /// <summary>Whether zlib compression is asked for.</summary>
    public bool Compression { get; init; }

    /// <summary>How many octets one key may protect; 0 for the cipher's own limit.</summary>
    public long RekeyOctets { get; init; }

    /// <summary>How long one key may live; zero for no limit.</summary>
    public TimeSpan RekeyInterval { get; init; }

    /// <summary>Whether the name was looked up and completed.</summary>
    public CanonicalizeHostname CanonicalizeHostname { get; init; }

    /// <summary>Whether AditProfile asks for the hardened lists where no list is configured.</summary>
    public bool IsHardened { get; init; }

    /// <summary>Ciphers, preferred first.</summary>
    public IReadOnlyList<string> Ciphers { get; init; } = [];

    /// <summary>MACs, preferred first.</summary>
    public IReadOnlyList<string> Macs { get; init; } = [];

    /// <summary>Key exchange methods, preferred first.</summary>
    public IReadOnlyList<string> KexAlgorithms { get; init; } = [];

    /// <summary>Host key algorithms, preferred first.</summary>
    public IReadOnlyList<string> HostKeyAlgorithms { get; init; } = [];

    /// <summary>Whether that list was configured, so that what known_hosts holds does not reorder it.</summary>
    public bool HasHostKeyAlgorithms { get; init; }

    /// <summary>Signature algorithms for user authentication.</summary>
    public IReadOnlyList<string> PubkeyAcceptedAlgorithms { get; init; } = [];
}
