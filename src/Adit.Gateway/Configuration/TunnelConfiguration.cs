using System.Net;
using Adit.Ssh.Tunnels;

namespace Adit.Gateway.Configuration;

/// <summary>What packet tunnels a gateway grants (<c>gateway: tunnels:</c>): <c>ssh -w</c>. Off until <see cref="Permit"/> says something. Immutable.</summary>
public sealed record TunnelConfiguration
{
    /// <summary>Off; the default.</summary>
    public static TunnelConfiguration Off { get; } = new();

    /// <summary>What may be carried (<c>permit</c>: point-to-point, ethernet); none by default.</summary>
    public IReadOnlyList<TunnelMode> Permit { get; init; } = [];

    /// <summary>The addresses that are leased to clients (<c>pool</c>): one network, or one of each family; the first address is the gateway's. None by default: the devices stay as they are.</summary>
    public IReadOnlyList<IPNetwork> Pool { get; init; } = [];

    /// <summary>How long a key keeps an address that it does not use (<c>lease-time</c>), 1 min to 10 years; default 30 days.</summary>
    public TimeSpan LeaseTime { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Networks that a client is told to reach through the tunnel (<c>routes</c>); none by default.</summary>
    public IReadOnlyList<IPNetwork> Routes { get; init; } = [];

    /// <summary>Name servers that a client is told (<c>dns</c>); none by default.</summary>
    public IReadOnlyList<IPAddress> NameServers { get; init; } = [];

    /// <summary>Search domains that a client is told (<c>search</c>); none by default.</summary>
    public IReadOnlyList<string> SearchDomains { get; init; } = [];

    /// <summary>The MTU of the devices, and what a client is told (<c>mtu</c>), 1280 to 9000 octets; default 1500.</summary>
    public int Mtu { get; init; } = 1500;

    /// <summary>The bridge that TAP devices are put into (<c>bridge</c>); null for none.</summary>
    public string? Bridge { get; init; }

    /// <summary>Tunnels at once (<c>max</c>), 1 to 4096; default 64. Each takes two threads and about 4 MiB.</summary>
    public int Max { get; init; } = 64;

    /// <summary>Tunnels at once of one key (<c>max-per-key</c>), 1 to 4096; default 8.</summary>
    public int MaxPerKey { get; init; } = 8;

    /// <summary>Whether what a client sends from another address than its leased one is dropped (<c>source-check</c>); default true. Counts where there is a pool, for point-to-point.</summary>
    public bool SourceCheck { get; init; } = true;
}
