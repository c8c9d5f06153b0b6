using System.Buffers.Binary;

namespace Adit.Wire.Tun;

/// <summary>What stands before an IP packet in the data of a tun@openssh.com channel in point-to-point mode (OpenSSH PROTOCOL §2.3); an Ethernet frame has nothing before it.</summary>
/// <remarks>
/// One SSH_MSG_CHANNEL_DATA holds one packet: the string's own length is the "packet length" of that document.
/// <code>
/// uint32    address family
/// byte[]    packet data
/// </code>
/// </remarks>
/// <param name="AddressFamily">What follows.</param>
public readonly record struct TunHeader(TunAddressFamily AddressFamily) : IWireValue<TunHeader>
{
    /// <summary>Octets of the header.</summary>
    public const int Length = 4;

    /// <inheritdoc/>
    public int EncodedLength => Length;

    /// <summary>The header of a packet.</summary>
    /// <param name="packet">An IP packet.</param>
    /// <param name="header">Its header, by its version.</param>
    /// <returns>False: it is of neither version.</returns>
    public static bool TryForPacket(ReadOnlySpan<byte> packet, out TunHeader header)
    {
        int version = packet.IsEmpty ? 0 : packet[0] >> 4;
        header = new TunHeader(version == 6 ? TunAddressFamily.Ipv6 : TunAddressFamily.Ipv4);
        return version is 4 or 6;
    }

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out TunHeader value, out int consumed)
    {
        value = default;
        consumed = 0;
        if (source.Length < Length) return DecodeStatus.Truncated;
        var family = (TunAddressFamily)BinaryPrimitives.ReadUInt32BigEndian(source);
        if (family is not (TunAddressFamily.Ipv4 or TunAddressFamily.Ipv6)) return DecodeStatus.Unsupported;
        value = new TunHeader(family);
        consumed = Length;
        return DecodeStatus.Ok;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        WireRoom.Require(destination, Length, "tun header");
        BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)AddressFamily);
        return Length;
    }
}
