using System.Net;
using Adit.Core.Policy;
using Adit.Gateway.Admission;
using Adit.Gateway.Leases;
using Adit.Gateway.Listeners;
using Adit.Gateway.Permissions;

namespace Adit.Gateway.Configuration;

/// <summary>The <c>gateway:</c> part of a configuration, with the words of the flags. The defaults forward, and only forward. Immutable.</summary>
public sealed record GatewayConfiguration
{
    /// <summary>Where clients arrive (<c>listen</c>); empty means port 2222 of loopback.</summary>
    public IReadOnlyList<ListenUri> Listen { get; init; } = [];

    /// <summary>Files of keys that may log in (<c>authorized-keys</c>), <c>~</c> for the home folder; empty means the one in the state folder.</summary>
    public IReadOnlyList<string> AuthorizedKeys { get; init; } = [];

    /// <summary>Private keys the gateway proves itself with (<c>host-key</c>); empty means the one in the state folder, made at the first start.</summary>
    public IReadOnlyList<string> HostKeys { get; init; } = [];

    /// <summary>The certificate of secure listeners, PEM with those that signed it behind it (<c>certificate</c>); null means a self-made one in the state folder.</summary>
    public string? Certificate { get; init; }

    /// <summary>Its private key, PEM (<c>certificate-key</c>); null means that it stands in the certificate's file.</summary>
    public string? CertificateKey { get; init; }

    /// <summary>A page or a folder that strangers get from HTTP listeners (<c>static</c>); null means that they get 404 (Not Found).</summary>
    public string? Static { get; init; }

    /// <summary>Proxies whose word about the source of a request is believed (<c>trusted-proxies</c>): X-Forwarded-For and the PROXY protocol. None by default.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>The state folder (<c>state</c>); null means <c>$ADIT_STATE</c>, else the usual place.</summary>
    public string? State { get; init; }

    /// <summary>Login attempts a connection may make (<c>max-auth-tries</c>), 1 to 100; default 6.</summary>
    public int MaxAuthTries { get; init; } = 6;

    /// <summary>How long a connection may take to log in (<c>login-grace-time</c>); default 2 min, zero (<c>none</c>) is no limit.</summary>
    public TimeSpan LoginGraceTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How many connections may be logging in at once (<c>max-startups</c>); default 10:30:100.</summary>
    public StartupLimits MaxStartups { get; init; } = new();

    /// <summary>What failed logins cost a source (<c>penalties</c>).</summary>
    public PenaltyOptions Penalties { get; init; } = new();

    /// <summary>Channels a connection may have open at once (<c>max-channels</c>), 1 to 65536; default 16384. Each takes up to its window of memory.</summary>
    public int MaxChannels { get; init; } = 16_384;

    /// <summary>Whether a session may run commands (<c>exec</c>), default false. As whom they run, <see cref="Shell"/> says: as the account of the login where that is its mode, else as the gateway's own.</summary>
    public bool Exec { get; init; }

    /// <summary>Whether and as whom a session may have a shell (<c>shell</c>: false, true, login); default off.</summary>
    public ShellMode Shell { get; init; }

    /// <summary>Whether a shell or command may have a terminal (<c>pty</c>); default false.</summary>
    public bool Pty { get; init; }

    /// <summary>Whether a session may forward its agent (<c>agent-forwarding</c>); default false.</summary>
    public bool AgentForwarding { get; init; }

    /// <summary>Subsystems by name, each a command for the shell (<c>subsystems</c>); <c>internal-sftp</c> is this machine's sftp-server. None by default.</summary>
    public IReadOnlyDictionary<string, string> Subsystems { get; init; } = new Dictionary<string, string>();

    /// <summary>Patterns of the variables that a client may set (<c>accept-env</c>); default LANG and LC_*.</summary>
    public IReadOnlyList<string> AcceptEnv { get; init; } = ["LANG", "LC_*"];

    /// <summary>Shells, commands and subsystems that a connection may have at once (<c>max-sessions</c>), 1 to 1000; default 10.</summary>
    public int MaxSessions { get; init; } = 10;

    /// <summary>Where reverse listeners may stand (<c>reverse-bind</c>: loopback, any, none, addresses, networks); default loopback.</summary>
    public ReverseBindPolicy ReverseBind { get; init; } = ReverseBindPolicy.LoopbackOnly;

    /// <summary>Which unix sockets may be reached (<c>streamlocal</c>).</summary>
    public StreamLocalPolicy StreamLocal { get; init; } = StreamLocalPolicy.Default;

    /// <summary>Cloud metadata addresses that sessions may reach after all (<c>metadata</c>); none by default.</summary>
    public IReadOnlyList<IPAddress> Metadata { get; init; } = [];

    /// <summary>Destinations that sessions may reach (<c>allow</c>); empty means all but <see cref="Deny"/>. Where it is not empty, nothing else is allowed.</summary>
    public IReadOnlyList<DestinationRule> Allow { get; init; } = [];

    /// <summary>Destinations that sessions may not reach (<c>deny</c>), judged before <see cref="Allow"/>; none by default.</summary>
    public IReadOnlyList<DestinationRule> Deny { get; init; } = [];

    /// <summary>Packet tunnels (<c>tunnels</c>); off by default.</summary>
    public TunnelConfiguration Tunnels { get; init; } = TunnelConfiguration.Off;

    /// <summary>Silence after which a client is asked whether it lives (<c>client-alive-interval</c>); default 5 s, zero (<c>none</c>) never asks.</summary>
    public TimeSpan ClientAliveInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Questions without an answer after which a client is dead (<c>client-alive-count-max</c>), 1 to 1000; default 3.</summary>
    public int ClientAliveCountMax { get; init; } = 3;

    /// <summary>When a key's new session takes a reverse listener over from its old one (<c>takeover</c>: never, dead, always); default dead.</summary>
    public TakeoverMode Takeover { get; init; } = TakeoverMode.Dead;

    /// <summary>The set of algorithms where no list is given (<c>profile</c>: compat, hardened); default compat.</summary>
    public AlgorithmProfile Profile { get; init; } = AlgorithmProfile.Compat;

    /// <summary>Ciphers in order (<c>ciphers</c>); null means the profile's.</summary>
    public IReadOnlyList<string>? Ciphers { get; init; }

    /// <summary>MACs in order (<c>macs</c>); null means the profile's.</summary>
    public IReadOnlyList<string>? Macs { get; init; }

    /// <summary>Key exchange methods in order (<c>kex</c>); null means the profile's.</summary>
    public IReadOnlyList<string>? KeyExchanges { get; init; }

    /// <summary>The policy over destinations that these options mean: metadata first, then <see cref="Deny"/>, then <see cref="Allow"/>.</summary>
    public DestinationPolicy ToDestinationPolicy()
    {
        IEnumerable<DestinationRule> rules =
        [
            .. Metadata.Select(a => DestinationRule.Of(a, allow: true)),
            DestinationRule.Of(AddressClass.Metadata, allow: false),
            .. Deny,
            .. Allow,
        ];
        return new DestinationPolicy([.. rules], Allow.Count == 0 ? new PolicyVerdict(true, "no rule denies it") : new PolicyVerdict(false, "no rule of allow names it"));
    }
}
