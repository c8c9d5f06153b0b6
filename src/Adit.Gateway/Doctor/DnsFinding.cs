using Adit.Carriers.Dns;
using Adit.Wire.Dns;

namespace Adit.Gateway.Doctor;

/// <summary>What a resolver lets through to a domain's server. Immutable.</summary>
/// <param name="Resolver">The resolver.</param>
/// <param name="Domain">The domain.</param>
/// <param name="Outcomes">Each probe.</param>
/// <param name="Shape">What a client would use; null when nothing passes.</param>
public sealed record DnsFinding(DnsResolver Resolver, DnsDomainName Domain, IReadOnlyList<DnsProbeOutcome> Outcomes, DnsShape? Shape)
{
    /// <summary>The longest hold after which the resolver had not asked again; null when it always did.</summary>
    public TimeSpan? Hold { get; init; }

    /// <summary>The median round trip of small probes; null when none came.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>Octets a second down that a short burst of probes brought by UDP: at least so fast is the path; null when not measured.</summary>
    public double? Download { get; init; }

    /// <summary>Octets a second up in the same burst.</summary>
    public double? Upload { get; init; }

    /// <summary>What to do, for people.</summary>
    public required string Advice { get; init; }
}
