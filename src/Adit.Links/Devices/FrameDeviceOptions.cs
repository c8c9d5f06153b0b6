namespace Adit.Links.Devices;

/// <summary>How the frames of an interface are taken. Immutable.</summary>
public sealed record FrameDeviceOptions
{
    /// <summary>The interface's name.</summary>
    public required string Interface { get; init; }

    /// <summary>Whether frames for others are seen too. Default: yes, as a bridge and a capture need it.</summary>
    public bool IsPromiscuous { get; init; } = true;

    /// <summary>Whether frames that this machine sends on the interface are seen. Default: no; a capture says yes.</summary>
    public bool SeesOutgoing { get; init; }

    /// <summary>Whether super-packets and partial checksums come as such (PACKET_VNET_HDR). Default: yes.</summary>
    public bool Offloads { get; init; } = true;
}
