namespace Adit.Platform.Packets;

/// <summary>How a TUN or TAP device is opened (linux/if_tun.h).</summary>
public sealed record TunOptions
{
    /// <summary>Its name, at most 15 octets; a name ending in <c>%d</c> lets the system number it. Default: <c>tun%d</c> or <c>tap%d</c>.</summary>
    public string? Name { get; init; }

    /// <summary>Whether it carries Ethernet frames (TAP) rather than IP packets (TUN).</summary>
    public bool IsTap { get; init; }

    /// <summary>Whether super-packets and partial checksums pass (IFF_VNET_HDR with TSO and USO). Default: yes. What the kernel does not know is left out.</summary>
    public bool Offloads { get; init; } = true;

    /// <summary>Whether the device stays when it is closed; null leaves a persistent one persistent.</summary>
    public bool? Persistent { get; init; }

    /// <summary>The account that may open a persistent device without privilege; null leaves it.</summary>
    public uint? Owner { get; init; }

    /// <summary>Whether several queues may be opened, each by an opening of the same name (IFF_MULTI_QUEUE).</summary>
    public bool MultiQueue { get; init; }
}
