using Adit.Wire.Ssh;

namespace Adit.Ssh.Tunnels;

/// <summary>What a tunnel channel carries (OpenSSH PROTOCOL §2.3); the values are the wire's.</summary>
public enum TunnelMode : uint
{
    /// <summary>IP packets, of a TUN device.</summary>
    PointToPoint = TunOpenFields.PointToPoint,

    /// <summary>Ethernet frames, of a TAP device.</summary>
    Ethernet = TunOpenFields.Ethernet,
}
