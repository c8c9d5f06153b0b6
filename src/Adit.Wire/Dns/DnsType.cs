namespace Adit.Wire.Dns;

/// <summary>TYPE and QTYPE (RFC 1035 §3.2.2 and IANA's registry), as far as Adit speaks of them. Any other value is legal (RFC 3597).</summary>
public enum DnsType : ushort
{
    /// <summary>No type; reserved (RFC 6895 §3.1).</summary>
    None = 0,

    /// <summary>An IPv4 address.</summary>
    A = 1,

    /// <summary>A name server of a zone.</summary>
    Ns = 2,

    /// <summary>The canonical name of an alias.</summary>
    Cname = 5,

    /// <summary>The start of a zone of authority.</summary>
    Soa = 6,

    /// <summary>Any octets; experimental.</summary>
    Null = 10,

    /// <summary>A pointer to another name.</summary>
    Ptr = 12,

    /// <summary>Character strings.</summary>
    Txt = 16,

    /// <summary>An IPv6 address (RFC 3596).</summary>
    Aaaa = 28,

    /// <summary>The pseudo record of EDNS (RFC 6891).</summary>
    Opt = 41,

    /// <summary>QTYPE: an incremental transfer (RFC 1995).</summary>
    Ixfr = 251,

    /// <summary>QTYPE: the transfer of a zone.</summary>
    Axfr = 252,

    /// <summary>QTYPE: everything, written <c>*</c>.</summary>
    Any = 255,

    /// <summary>The first type of private use (RFC 6895 §3.1); its data are any octets.</summary>
    Private65280 = 65280,

    /// <summary>A type of private use that passes unbound and BIND (measured); its data are any octets.</summary>
    Private65399 = 65399,
}
