namespace Adit.Core.Datagrams;

/// <summary>Lengths of datagrams, in octets.</summary>
public static class DatagramLimits
{
    /// <summary>No datagram of UDP is longer: the 16 bits of the length field without its header of 8 (RFC 768).</summary>
    public const int MaximumLength = 65_527;

    /// <summary>The longest payload over IPv4: 65 535 without headers of 20 and 8 (RFC 791, RFC 768).</summary>
    public const int MaximumOverIpv4 = 65_507;
}
