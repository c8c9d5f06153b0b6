namespace Adit.Wire.Dns;

/// <summary>RCODE: the low 4 bits stand in the header (RFC 1035 §4.1.1), the high 8 in OPT (RFC 6891 §6.1.3).</summary>
public enum DnsResponseCode : ushort
{
    /// <summary>No error.</summary>
    NoError = 0,

    /// <summary>The server could not read the query, FORMERR.</summary>
    FormatError = 1,

    /// <summary>The server failed, SERVFAIL.</summary>
    ServerFailure = 2,

    /// <summary>The name does not exist, NXDOMAIN.</summary>
    NameError = 3,

    /// <summary>The server does not do that, NOTIMP.</summary>
    NotImplemented = 4,

    /// <summary>The server will not do that, REFUSED.</summary>
    Refused = 5,

    /// <summary>The server does not know this version of EDNS, BADVERS.</summary>
    BadVersion = 16,
}
