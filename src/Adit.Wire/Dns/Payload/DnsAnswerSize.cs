namespace Adit.Wire.Dns.Payload;

/// <summary>How much of an answer the asker of a name can take, beyond what the resolver between says of itself.</summary>
public enum DnsAnswerSize
{
    /// <summary>As much as the resolver takes by UDP.</summary>
    Usual = 0,

    /// <summary>All that TCP carries: over UDP the answer is TC alone, so that the resolver comes again by TCP.</summary>
    Jumbo = 1,

    /// <summary>A message of 512 octets (RFC 1035 §2.3.4): the path to the resolver has no EDNS, whatever the resolver itself takes.</summary>
    Small = 2,
}
