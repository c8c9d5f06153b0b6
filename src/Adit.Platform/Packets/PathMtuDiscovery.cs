namespace Adit.Platform.Packets;

/// <summary>IP_PMTUDISC_…: whether packets sent may be fragmented.</summary>
public enum PathMtuDiscovery
{
    /// <summary>DF is off; longer packets are fragmented.</summary>
    Dont = 0,

    /// <summary>DF is on; what is longer than the path is known to take is refused with EMSGSIZE.</summary>
    Do = 2,

    /// <summary>DF is on; only what is longer than the interface takes is refused.</summary>
    Probe = 3,

    /// <summary>DF is off, and nothing is learned from ICMP.</summary>
    Omit = 5,
}
