using System.Net;
using System.Net.Sockets;

namespace Adit.Gateway.Admission;

/// <summary>Who pays: the network a connection came from or, where the carrier does not tell an address, the carrier key it came with.</summary>
public readonly record struct PenaltySource
{
    private PenaltySource(string text) => Text = text;

    /// <summary>The source in words, for a log.</summary>
    public string Text { get; }

    /// <summary>The source of a connection.</summary>
    /// <param name="address">The peer's address; null where the carrier does not tell.</param>
    /// <param name="carrierKey">The name of the carrier key; null where there is none.</param>
    /// <param name="options">How many bits of an address make a source, and who never pays.</param>
    /// <returns>Null for one that cannot be told from others, or never pays.</returns>
    public static PenaltySource? Of(IPAddress? address, string? carrierKey, PenaltyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (address is null) return carrierKey is null ? null : new PenaltySource($"carrier key {carrierKey}");
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new IPAddress(address.GetAddressBytes()); // without its scope
        foreach (IPNetwork network in options.Exempt)
            if (network.Contains(plain)) return null;
        int length = plain.AddressFamily == AddressFamily.InterNetwork ? options.IPv4PrefixLength : options.IPv6PrefixLength;
        byte[] octets = plain.GetAddressBytes();
        for (int i = 0; i < octets.Length; i++) octets[i] &= (byte)(0xff00 >> Math.Clamp(length - (8 * i), 0, 8));
        return new PenaltySource($"{new IPAddress(octets)}/{length}");
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
