namespace Adit.Wire.Dns.Payload;

/// <summary>What a payload's name says beside the payload.</summary>
/// <param name="Encoding">How its symbols are written.</param>
/// <param name="AnswerSize">How large the answer may be.</param>
/// <param name="Length">Octets of the payload.</param>
public readonly record struct DnsPayloadHead(DnsNameEncoding Encoding, DnsAnswerSize AnswerSize, int Length);
