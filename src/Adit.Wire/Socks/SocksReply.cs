namespace Adit.Wire.Socks;

/// <summary>What came of a request: the reply field of RFC 1928 §6. SOCKS4 knows granted (90) and rejected (91) only.</summary>
public enum SocksReply : byte
{
    /// <summary>Succeeded.</summary>
    Succeeded = 0,

    /// <summary>General SOCKS server failure.</summary>
    GeneralFailure = 1,

    /// <summary>Connection not allowed by ruleset.</summary>
    NotAllowed = 2,

    /// <summary>Network unreachable.</summary>
    NetworkUnreachable = 3,

    /// <summary>Host unreachable; also a name that does not resolve.</summary>
    HostUnreachable = 4,

    /// <summary>Connection refused.</summary>
    ConnectionRefused = 5,

    /// <summary>TTL expired; in use for a connection attempt that timed out.</summary>
    TtlExpired = 6,

    /// <summary>Command not supported.</summary>
    CommandNotSupported = 7,

    /// <summary>Address type not supported.</summary>
    AddressTypeNotSupported = 8,
}
