namespace Adit.Carriers.Dns;

/// <summary>What a resolver hears that minimises its queries (RFC 9156) and asks for a part of a payload's name.</summary>
public enum DnsMinimisedAnswer
{
    /// <summary>NXDOMAIN and SOA: unbound and BIND then ask for the whole name at once (measured: one query more).</summary>
    NameError,

    /// <summary>NOERROR without records, and SOA: for resolvers that take NXDOMAIN to cover all below it (RFC 8020); three to four queries more.</summary>
    NoData,
}
