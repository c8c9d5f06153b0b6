namespace Adit.Carriers.Dns;

/// <summary>How often a resolver that minimises (RFC 9156) asks the server for a name: once for the label next to the domain, and again for the whole where there are more.</summary>
public enum DnsNameRounds
{
    /// <summary>One label below the domain.</summary>
    One,

    /// <summary>Several.</summary>
    Two,

    /// <summary>Several, of which the first that is asked for may be known, or asked for, already: its delay tells nothing.</summary>
    Either,
}
