namespace Adit.Ssh.Config.Server;

/// <summary>
/// The options of sshd_config(5), resolved: for the whole server, or for one connection with the Match blocks that hold for it. Defaults are
/// OpenSSH's. Tokens are left in paths and commands; see <see cref="SshdTokens"/>.
/// </summary>
public sealed partial record SshdConfig
{
    /// <summary>The port of SSH, RFC 4253 §4.1.</summary>
    public const int DefaultPort = 22;

    /// <summary>The ports that the command line or Port name; 22 where nothing does.</summary>
    public IReadOnlyList<int> Ports { get; init; } = [DefaultPort];

    /// <summary>Which addresses to listen on.</summary>
    public SshAddressFamily AddressFamily { get; init; }

    /// <summary>Where to listen, ports decided; a null host is every address.</summary>
    public IReadOnlyList<SshdListenAddress> ListenAddresses { get; init; } = [];

    /// <summary>Whether PAM is asked.</summary>
    public bool UsePam { get; init; }

    /// <summary>How long a login may take; zero: for ever.</summary>
    public TimeSpan LoginGraceTime { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Refused attempts after which a connection ends.</summary>
    public int MaxAuthTries { get; init; } = 6;

    /// <summary>Sessions of one connection at once; 0 for none.</summary>
    public int MaxSessions { get; init; } = 10;

    /// <summary>Silence after which the client is asked for a sign of life; zero: never.</summary>
    public TimeSpan ClientAliveInterval { get; init; }

    /// <summary>Unanswered questions after which the client is taken for dead; 0: never.</summary>
    public int ClientAliveCountMax { get; init; } = 3;

    /// <summary>Connections that are not logged in: start, percentage, full.</summary>
    public (int Start, int Rate, int Full) MaxStartups { get; init; } = (10, 30, 100);

    /// <summary>Such connections of one source; null for no limit.</summary>
    public int? PerSourceMaxStartups { get; init; }

    /// <summary>The leading bits of an address that make a source, for IPv4 and IPv6.</summary>
    public (int IPv4, int IPv6) PerSourceNetBlockSize { get; init; } = (32, 128);

    /// <summary>PerSourcePenalties as it was written; null for OpenSSH's default of the version at hand (none in 9.2).</summary>
    public string? PerSourcePenalties { get; init; }

    /// <summary>Networks that pay no penalty.</summary>
    public string? PerSourcePenaltyExemptList { get; init; }

    /// <summary>Whether TCP probes the path.</summary>
    public bool TcpKeepAlive { get; init; } = true;

    /// <summary>Whether compression may be negotiated.</summary>
    public bool Compression { get; init; } = true;

    /// <summary>Whether the client's host name is looked up.</summary>
    public bool UseDns { get; init; }

    /// <summary>Where the process id is written; null for nowhere.</summary>
    public string? PidFile { get; init; } = "/run/sshd.pid";

    /// <summary>Private host keys.</summary>
    public IReadOnlyList<string> HostKeys { get; init; } = DefaultHostKeys;

    /// <summary>Whether HostKey was configured, so that a missing file is told.</summary>
    public bool HasHostKeys { get; init; }

    /// <summary>Certificates of host keys.</summary>
    public IReadOnlyList<string> HostCertificates { get; init; } = [];

    /// <summary>The socket of an agent that holds the host keys.</summary>
    public string? HostKeyAgent { get; init; }

    /// <summary>What to add to the identification line.</summary>
    public string? VersionAddendum { get; init; }

    /// <summary>How much to log.</summary>
    public SshLogLevel LogLevel { get; init; } = SshLogLevel.Info;

    /// <summary>The syslog facility, such as AUTH.</summary>
    public string SyslogFacility { get; init; } = "AUTH";

    /// <summary>Overrides of the log level; accepted, without effect.</summary>
    public IReadOnlyList<string> LogVerbose { get; init; } = [];

    /// <summary>SHA256 or MD5, for fingerprints in the log.</summary>
    public string FingerprintHash { get; init; } = "SHA256";

    /// <summary>How many octets one key may protect; 0 for the cipher's own limit.</summary>
    public long RekeyOctets { get; init; }

    /// <summary>How long one key may live; zero for no limit.</summary>
    public TimeSpan RekeyInterval { get; init; }

    /// <summary>The class of packets of interactive sessions and of others, as names or numbers; <c>none</c> for the system's.</summary>
    public (string Interactive, string Bulk) IPQoS { get; init; } = ("lowdelay", "throughput");

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

    /// <summary>Every other keyword that is read and judged for its form: its value as sshd prints it, by lower-case name.</summary>
    public IReadOnlyDictionary<string, string> Others { get; init; } = new Dictionary<string, string>();

    internal static IReadOnlyList<string> DefaultHostKeys { get; } =
        ["/etc/ssh/ssh_host_rsa_key", "/etc/ssh/ssh_host_ecdsa_key", "/etc/ssh/ssh_host_ed25519_key"];
}
