using System.Net;

namespace Adit.Platform.Netlink;

/// <summary>How the kernel would send to a destination now (RTM_GETROUTE).</summary>
/// <param name="InterfaceIndex">The output interface.</param>
/// <param name="InterfaceName">Its name.</param>
public sealed record RouteAnswer(int InterfaceIndex, string InterfaceName)
{
    /// <summary>The next hop; null for a destination on the interface itself.</summary>
    public IPAddress? Gateway { get; init; }

    /// <summary>The source address that the kernel would choose; null where it does not tell.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>The longest packet, in octets: what path MTU discovery or the route says, else the interface's.</summary>
    public int Mtu { get; init; }

    /// <summary>Whether the destination is this machine.</summary>
    public bool IsLocal { get; init; }
}
