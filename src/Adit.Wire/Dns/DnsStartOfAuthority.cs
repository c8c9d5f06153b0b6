namespace Adit.Wire.Dns;

/// <summary>The data of SOA (RFC 1035 §3.3.13).</summary>
/// <param name="PrimaryServer">MNAME: the server that the zone comes from.</param>
/// <param name="Mailbox">RNAME: who is responsible, the first label before the @.</param>
/// <param name="Serial">SERIAL: the zone's version.</param>
/// <param name="Refresh">REFRESH, seconds.</param>
/// <param name="Retry">RETRY, seconds.</param>
/// <param name="Expire">EXPIRE, seconds.</param>
/// <param name="Minimum">MINIMUM, seconds: how long the absence of a name may be remembered (RFC 2308 §4).</param>
public sealed record DnsStartOfAuthority(DnsDomainName PrimaryServer, DnsDomainName Mailbox, uint Serial, uint Refresh, uint Retry, uint Expire, uint Minimum);
