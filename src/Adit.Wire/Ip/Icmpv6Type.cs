namespace Adit.Wire.Ip;

/// <summary>What an ICMPv6 message is (IANA "ICMPv6 Parameters"); those below 128 are errors (RFC 4443 §2.1).</summary>
public enum Icmpv6Type : byte
{
    /// <summary>Destination Unreachable.</summary>
    DestinationUnreachable = 1,

    /// <summary>Packet Too Big.</summary>
    PacketTooBig = 2,

    /// <summary>Time Exceeded.</summary>
    TimeExceeded = 3,

    /// <summary>Parameter Problem.</summary>
    ParameterProblem = 4,

    /// <summary>Echo Request.</summary>
    EchoRequest = 128,

    /// <summary>Echo Reply.</summary>
    EchoReply = 129,

    /// <summary>Router Solicitation (RFC 4861).</summary>
    RouterSolicitation = 133,

    /// <summary>Router Advertisement (RFC 4861).</summary>
    RouterAdvertisement = 134,

    /// <summary>Neighbor Solicitation (RFC 4861).</summary>
    NeighborSolicitation = 135,

    /// <summary>Neighbor Advertisement (RFC 4861).</summary>
    NeighborAdvertisement = 136,

    /// <summary>Redirect (RFC 4861); never answered with an error, though no error by its number.</summary>
    Redirect = 137,
}
