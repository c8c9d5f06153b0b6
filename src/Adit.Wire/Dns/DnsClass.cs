namespace Adit.Wire.Dns;

/// <summary>CLASS (RFC 1035 §3.2.4).</summary>
public enum DnsClass : ushort
{
    /// <summary>Reserved (RFC 6895 §3.2).</summary>
    None = 0,

    /// <summary>The Internet, IN.</summary>
    Internet = 1,

    /// <summary>CHAOS, by which servers tell their version.</summary>
    Chaos = 3,

    /// <summary>QCLASS: any, written <c>*</c>.</summary>
    Any = 255,
}
