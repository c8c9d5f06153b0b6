namespace Adit.Wire.Ip;

/// <summary>The two low bits of the traffic class (RFC 3168 §5).</summary>
public enum Ecn
{
    /// <summary>Not-ECT: the transport does not understand congestion marks.</summary>
    NotEct = 0b00,

    /// <summary>ECT(1).</summary>
    Ect1 = 0b01,

    /// <summary>ECT(0).</summary>
    Ect0 = 0b10,

    /// <summary>CE: congestion was experienced.</summary>
    Ce = 0b11,
}
