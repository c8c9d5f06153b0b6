using Adit.Wire.Dns.Payload;

namespace Adit.Carriers.Dns;

/// <summary>A query that carries a payload, as the handler sees it.</summary>
/// <param name="Ticket">What names the query while it is held; never used again.</param>
/// <param name="Zone">Index of its zone.</param>
/// <param name="Origin">Who asked first.</param>
/// <param name="AnswerSize">How large an answer its asker takes.</param>
public readonly record struct DnsPayloadQuery(long Ticket, int Zone, DnsOrigin Origin, DnsAnswerSize AnswerSize);
