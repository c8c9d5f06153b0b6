namespace Adit.Wire.Dns;

/// <summary>The sections of records, in their order in a message (RFC 1035 §4.1).</summary>
public enum DnsSection
{
    /// <summary>Records that answer the question.</summary>
    Answer,

    /// <summary>Records that point to an authority.</summary>
    Authority,

    /// <summary>Records that help, among them OPT.</summary>
    Additional,
}
