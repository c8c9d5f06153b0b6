namespace Adit.Wire.Tun;

/// <summary>What a packet in an SSH tunnel channel is (OpenSSH PROTOCOL §2.3): OpenBSD's numbers, on every system.</summary>
public enum TunAddressFamily : uint
{
    /// <summary>IPv4.</summary>
    Ipv4 = 2, // SSH_TUN_AF_INET

    /// <summary>IPv6.</summary>
    Ipv6 = 24, // SSH_TUN_AF_INET6
}
