namespace Adit.Carriers.Dns;

/// <summary>A query that carries a payload, as the handler sees it.</summary>
/// <param name="Ticket">What names the query while it is held; never used again.</param>
/// <param name="Zone">Index of its zone.</param>
/// <param name="Origin">Who asked first.</param>
/// <param name="IsJumbo">Whether it is fetched by TCP for the sake of the answer's size.</param>
public readonly record struct DnsPayloadQuery(long Ticket, int Zone, DnsOrigin Origin, bool IsJumbo);
