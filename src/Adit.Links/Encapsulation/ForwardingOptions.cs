using Adit.Wire.Ethernet;

namespace Adit.Links.Encapsulation;

/// <summary>How frames find their remote where there are several. Immutable.</summary>
public abstract record ForwardingOptions : EncapsulationOptions
{
    /// <summary>Whether addresses are learnt from the frames that arrive. Default: yes.</summary>
    public bool Learns { get; init; } = true;

    /// <summary>Addresses known at most. Default: 4096; 12 octets each.</summary>
    public int MaximumAddresses { get; init; } = 4096;

    /// <summary>How long an address is kept that sends nothing. Default: 300 s, as Linux's.</summary>
    public TimeSpan AddressLifetime { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>Addresses whose remote is told, by its number in the delivery. Default: none.</summary>
    public IReadOnlyList<KeyValuePair<MacAddress, ushort>> StaticAddresses { get; init; } = [];

    /// <summary>Remotes, by their numbers, that get frames for groups and unknown addresses. Null (default): all.</summary>
    public IReadOnlyList<ushort>? FloodTo { get; init; }
}
