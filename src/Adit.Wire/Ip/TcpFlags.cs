namespace Adit.Wire.Ip;

/// <summary>The control bits of a TCP segment (RFC 9293 §3.1, RFC 3168, RFC 9768 for the ninth).</summary>
[Flags]
public enum TcpFlags
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>FIN: no more data.</summary>
    Fin = 1,

    /// <summary>SYN: synchronises sequence numbers.</summary>
    Syn = 2,

    /// <summary>RST.</summary>
    Rst = 4,

    /// <summary>PSH.</summary>
    Psh = 8,

    /// <summary>ACK: the acknowledgement number counts.</summary>
    Ack = 0x10,

    /// <summary>URG: the urgent pointer counts.</summary>
    Urg = 0x20,

    /// <summary>ECE: an echo of congestion.</summary>
    Ece = 0x40,

    /// <summary>CWR: the congestion window was reduced.</summary>
    Cwr = 0x80,

    /// <summary>AE: accurate ECN, once NS.</summary>
    AccurateEcn = 0x100,
}
