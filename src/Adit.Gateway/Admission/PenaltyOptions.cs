using System.Net;

namespace Adit.Gateway.Admission;

/// <summary>
/// What a source pays for bad behaviour (after sshd_config's PerSourcePenalties, whose defaults these are). Penalties of one source add up;
/// from <see cref="Minimum"/> on they are enforced, that is, new connections from it are refused until they have run off.
/// </summary>
public sealed record PenaltyOptions
{
    /// <summary>Whether there are penalties at all; default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>For each connection that ended after a failed login; default 5 s.</summary>
    public TimeSpan AuthenticationFailed { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For each connection that ended without trying to log in (scanners); default 1 s.</summary>
    public TimeSpan NoAuthentication { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>For each connection that was cut by the login grace time; default 10 s.</summary>
    public TimeSpan GraceExceeded { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For each connection that made its handler fail; default 90 s.</summary>
    public TimeSpan Crash { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Below this nothing is enforced; default 15 s.</summary>
    public TimeSpan Minimum { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>No source pays more; default 10 min. Not less than <see cref="Minimum"/>.</summary>
    public TimeSpan Maximum { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Sources remembered, about 150 octets each; default 65536. When full, the one whose penalty ends first is forgotten.</summary>
    public int MaxSources { get; init; } = 65536;

    /// <summary>Leading bits of an IPv4 address that make a source; default 32.</summary>
    public int IPv4PrefixLength { get; init; } = 32;

    /// <summary>Leading bits of an IPv6 address that make a source; default 64, what one customer has.</summary>
    public int IPv6PrefixLength { get; init; } = 64;

    /// <summary>Networks that never pay; none by default.</summary>
    public IReadOnlyList<IPNetwork> Exempt { get; init; } = [];
}
