namespace Adit.Wire.Dns;

/// <summary>OPCODE, 4 bits (RFC 1035 §4.1.1).</summary>
public enum DnsOpcode : byte
{
    /// <summary>A standard query.</summary>
    Query = 0,

    /// <summary>A server's status.</summary>
    Status = 2,

    /// <summary>A zone has changed (RFC 1996).</summary>
    Notify = 4,

    /// <summary>A dynamic update (RFC 2136).</summary>
    Update = 5,
}
