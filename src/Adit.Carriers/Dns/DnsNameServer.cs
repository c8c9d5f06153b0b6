using System.Net;
using Adit.Wire.Dns;

namespace Adit.Carriers.Dns;

/// <summary>A name server of a zone, as NS and its addresses tell of it.</summary>
/// <param name="Name">Its name; inside the zone, the authority answers for its addresses too (glue).</param>
/// <param name="Addresses">Its addresses, of both families.</param>
public sealed record DnsNameServer(DnsDomainName Name, IReadOnlyList<IPAddress> Addresses);
