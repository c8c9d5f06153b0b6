namespace Adit.Platform.Netlink;

/// <summary>What is to change about an interface; null leaves as it is. Immutable.</summary>
public sealed record InterfaceChange
{
    /// <summary>Whether it is up.</summary>
    public bool? IsUp { get; init; }

    /// <summary>The longest packet, in octets, without link-layer header.</summary>
    public int? Mtu { get; init; }

    /// <summary>Packets that wait to be sent at most (txqueuelen).</summary>
    public int? QueueLength { get; init; }

    /// <summary>The longest super-packet that the kernel may hand it, in octets.</summary>
    public int? GsoMaximumSize { get; init; }

    /// <summary>The most segments that a super-packet may have.</summary>
    public int? GsoMaximumSegments { get; init; }

    /// <summary>The bridge it belongs to, by name; the empty string takes it out of the one it is in.</summary>
    public string? Master { get; init; }

    /// <summary>Its link-layer address; of 6 octets for Ethernet.</summary>
    public ReadOnlyMemory<byte>? HardwareAddress { get; init; }

    /// <summary>In words, for messages.</summary>
    public override string ToString()
    {
        var words = new List<string>();
        if (IsUp is { } up) words.Add(up ? "set up" : "set down");
        if (Mtu is { } mtu) words.Add(FormattableString.Invariant($"set MTU {mtu}"));
        if (QueueLength is { } queue) words.Add(FormattableString.Invariant($"set queue length {queue}"));
        if (GsoMaximumSize is { } gso) words.Add(FormattableString.Invariant($"set GSO size {gso}"));
        if (GsoMaximumSegments is { } segments) words.Add(FormattableString.Invariant($"set GSO segments {segments}"));
        if (Master is { } master) words.Add(master.Length == 0 ? "take out of its bridge" : $"put into {master}");
        if (HardwareAddress is not null) words.Add("set hardware address");
        return words.Count == 0 ? "change nothing" : string.Join(", ", words);
    }
}
