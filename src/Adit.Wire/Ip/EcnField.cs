namespace Adit.Wire.Ip;

/// <summary>How a tunnel carries explicit congestion notification across itself (RFC 6040).</summary>
/// <remarks>
/// Theory of operation: a sender marks its packets as understanding congestion marks (ECT), a router that is congested marks them CE instead of dropping
/// them. A tunnel must not lose that: on the way in the outer header gets the inner one's field (normal mode), on the way out the two are combined:
/// <code>
///  inner    | outer: Not-ECT   ECT(0)    ECT(1)    CE          (RFC 6040 §4.2, figure 4)
/// ----------+------------------------------------------
///  Not-ECT  |        Not-ECT   Not-ECT!  Not-ECT!  drop!!      ! currently unused combination, logged at most
///  ECT(0)   |        ECT(0)    ECT(0)    ECT(1)    CE          !! a mark that nobody in the inner flow could see
///  ECT(1)   |        ECT(1)    ECT(1)!   ECT(1)    CE
///  CE       |        CE        CE        CE!       CE
/// </code>
/// </remarks>
public static class EcnField
{
    /// <summary>The bits of the traffic class that are the field.</summary>
    public const byte Mask = 0b11;

    /// <summary>The field of a traffic class.</summary>
    /// <param name="trafficClass">IPv4's type of service, IPv6's traffic class.</param>
    public static Ecn Of(byte trafficClass) => (Ecn)(trafficClass & Mask);

    /// <summary>A traffic class with another field.</summary>
    /// <param name="trafficClass">The class; its upper six bits stay.</param>
    /// <param name="ecn">The field.</param>
    public static byte With(byte trafficClass, Ecn ecn) => (byte)((trafficClass & ~Mask) | (int)ecn);

    /// <summary>The outer field of a packet that enters a tunnel: the inner one, in normal mode (RFC 6040 §4.1).</summary>
    /// <param name="inner">The packet's field.</param>
    public static Ecn Encapsulate(Ecn inner) => inner;

    /// <summary>The inner field of a packet that leaves a tunnel (RFC 6040 §4.2).</summary>
    /// <param name="inner">What the packet carried.</param>
    /// <param name="outer">What the tunnel's header arrived with.</param>
    /// <param name="result">What the packet leaves with.</param>
    /// <returns>False: the packet must be dropped.</returns>
    public static bool TryDecapsulate(Ecn inner, Ecn outer, out Ecn result)
    {
        result = inner;
        if (outer == Ecn.Ce)
        {
            if (inner == Ecn.NotEct) return false;
            result = Ecn.Ce;
        }
        else if (inner == Ecn.Ect0 && outer == Ecn.Ect1)
        {
            result = Ecn.Ect1;
        }

        return true;
    }
}
