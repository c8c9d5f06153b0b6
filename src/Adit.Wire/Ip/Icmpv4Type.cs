namespace Adit.Wire.Ip;

/// <summary>What an ICMP message is (IANA "ICMP Type Numbers").</summary>
public enum Icmpv4Type : byte
{
    /// <summary>Echo Reply.</summary>
    EchoReply = 0,

    /// <summary>Destination Unreachable.</summary>
    DestinationUnreachable = 3,

    /// <summary>Source Quench, deprecated (RFC 6633).</summary>
    SourceQuench = 4,

    /// <summary>Redirect.</summary>
    Redirect = 5,

    /// <summary>Echo.</summary>
    Echo = 8,

    /// <summary>Time Exceeded.</summary>
    TimeExceeded = 11,

    /// <summary>Parameter Problem.</summary>
    ParameterProblem = 12,
}
