using System.Net;
using Adit.Core;
using Adit.Wire.Dns;

namespace Adit.Carriers.Dns;

/// <summary>A domain that is delegated to this server for a tunnel. Immutable.</summary>
public sealed record DnsZone
{
    /// <summary>Ours: octets of the domain at most, so that a payload of some use fits beside it.</summary>
    public const int MaximumDomainLength = 128;

    /// <summary>Makes a zone.</summary>
    /// <param name="domain">The domain, at most <see cref="MaximumDomainLength"/> octets; short ones carry more.</param>
    /// <param name="servers">Its name servers, at least one, the first of them the primary.</param>
    /// <exception cref="TunnelException">BadConfiguration: the domain is too long or the root, or there is no server.</exception>
    public DnsZone(DnsDomainName domain, IReadOnlyList<DnsNameServer> servers)
    {
        int length = domain.EncodedLength;
        if (length is < 2 or > MaximumDomainLength) throw new TunnelException(TunnelError.BadConfiguration, $"dns zone: domain: expected 2 to {MaximumDomainLength} octets, got {length}");
        if (servers.Count == 0) throw new TunnelException(TunnelError.BadConfiguration, $"dns zone: {domain}: expected a name server, got none");
        (Domain, Servers) = (domain, servers);
        Mailbox = DnsDomainName.Parse($"hostmaster.{domain}");
    }

    /// <summary>The domain.</summary>
    public DnsDomainName Domain { get; }

    /// <summary>Its name servers.</summary>
    public IReadOnlyList<DnsNameServer> Servers { get; }

    /// <summary>RNAME of SOA. Default: hostmaster below the domain.</summary>
    public DnsDomainName Mailbox { get; init; }

    /// <summary>SERIAL of SOA. Default 1.</summary>
    public uint Serial { get; init; } = 1;

    /// <summary>Seconds for which SOA, NS and addresses may be remembered. Default 3600; 0: not at all.</summary>
    public uint TimeToLive { get; init; } = 3600;

    /// <summary>Seconds for which the absence of a name may be remembered. Default 0: each payload's name is new, and a cache would only fill.</summary>
    public uint NegativeTimeToLive { get; init; }

    /// <summary>Addresses of the domain itself. Default none.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];

    /// <summary>What minimised queries hear. Default NXDOMAIN.</summary>
    public DnsMinimisedAnswer MinimisedAnswer { get; init; }

    /// <summary>The name below a domain under which what does not exist hears NODATA instead of NXDOMAIN: for resolvers that believe an NXDOMAIN for all below it (RFC 8020, and strict minimisers).</summary>
    /// <param name="domain">The domain.</param>
    public static DnsDomainName NoDataNameOf(DnsDomainName domain) => DnsDomainName.Parse(domain.EncodedLength > 1 ? $"n.{domain}" : "n");

    /// <summary>The zone of that name, served beside this one.</summary>
    internal DnsZone WithNoData() => new(NoDataNameOf(Domain), Servers)
    {
        Mailbox = Mailbox, Serial = Serial, TimeToLive = TimeToLive, NegativeTimeToLive = NegativeTimeToLive, MinimisedAnswer = DnsMinimisedAnswer.NoData,
    };

    internal DnsStartOfAuthority StartOfAuthority => new(Servers[0].Name, Mailbox, Serial, 3600, 600, 86400, NegativeTimeToLive);
}
