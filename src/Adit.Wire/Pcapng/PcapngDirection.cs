namespace Adit.Wire.Pcapng;

/// <summary>Which way a captured packet went (pcapng §4.3.1, epb_flags bits 0 and 1).</summary>
public enum PcapngDirection
{
    /// <summary>Not told.</summary>
    Unknown = 0,

    /// <summary>Received.</summary>
    Inbound = 1,

    /// <summary>Sent.</summary>
    Outbound = 2,
}
