namespace Adit.Platform.Netlink;

/// <summary>An interface as the kernel describes it.</summary>
/// <param name="Index">Its number, from 1.</param>
/// <param name="Name">Its name.</param>
public sealed record InterfaceStatus(int Index, string Name)
{
    /// <summary>Whether it is set up (IFF_UP).</summary>
    public bool IsUp { get; init; }

    /// <summary>Whether it can carry packets now (IFF_RUNNING).</summary>
    public bool IsRunning { get; init; }

    /// <summary>The longest packet, in octets, without link-layer header.</summary>
    public int Mtu { get; init; }

    /// <summary>Packets that wait to be sent at most (txqueuelen).</summary>
    public int QueueLength { get; init; }

    /// <summary>The longest super-packet that the kernel hands it, in octets; 0 where the kernel does not tell.</summary>
    public int GsoMaximumSize { get; init; }

    /// <summary>The index of the bridge or bond it belongs to; 0 for none.</summary>
    public int Master { get; init; }

    /// <summary>What it is: <c>tun</c>, <c>bridge</c>, <c>veth</c>, <c>gre</c>, …; empty for hardware and loopback.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Its link-layer address; of 6 octets for Ethernet.</summary>
    public ReadOnlyMemory<byte> HardwareAddress { get; init; }
}
