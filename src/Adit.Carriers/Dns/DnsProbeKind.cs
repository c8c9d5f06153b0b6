using Adit.Wire.Dns;
using Adit.Wire.Dns.Payload;

namespace Adit.Carriers.Dns;

/// <summary>One question that a prober asks.</summary>
/// <param name="What">For people.</param>
/// <param name="Encoding">How its name is written.</param>
/// <param name="NameLength">Octets of its name.</param>
/// <param name="Type">The type that is asked for.</param>
/// <param name="Wanted">Octets of the answer's payload.</param>
/// <param name="Size">How large an answer the name asks for.</param>
/// <param name="HasEdns">Whether the query has OPT.</param>
/// <param name="Hold">Microseconds for which the answer is held.</param>
public sealed record DnsProbeKind(string What, DnsNameEncoding Encoding, int NameLength, DnsType Type, int Wanted, DnsAnswerSize Size, bool HasEdns, long Hold = 0)
{
    /// <summary>Whether it is asked by TCP.</summary>
    public bool IsStream => Size == DnsAnswerSize.Jumbo;
}
