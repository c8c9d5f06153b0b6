namespace Adit.Wire.Dns;

/// <summary>The single bits of the header's second word (RFC 1035 §4.1.1, RFC 4035 §3.1.6 and §3.2).</summary>
[Flags]
public enum DnsFlags : ushort
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>CD: the asker validates by itself.</summary>
    CheckingDisabled = 0x0010,

    /// <summary>AD: all of the answer was validated.</summary>
    AuthenticData = 0x0020,

    /// <summary>RA: the server can ask others.</summary>
    RecursionAvailable = 0x0080,

    /// <summary>RD: the server shall ask others.</summary>
    RecursionDesired = 0x0100,

    /// <summary>TC: the message was cut to the transport's limit.</summary>
    Truncated = 0x0200,

    /// <summary>AA: the server has authority over the name.</summary>
    AuthoritativeAnswer = 0x0400,

    /// <summary>QR: a response, not a query.</summary>
    Response = 0x8000,
}
