using System.Buffers.Binary;

namespace Adit.Wire.Vxlan;

/// <summary>The header of VXLAN (RFC 7348 §5), over UDP. An Ethernet frame follows.</summary>
/// <remarks>
/// Theory of operation: a VXLAN network identifier names one of 2²⁴ Ethernet segments that share the UDP port. Which remote has an address is learnt from
/// the frames that come from it, as a bridge learns its ports; frames for unknown and group addresses go to every remote.
/// <code>
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |R|R|R|R|I|R|R|R|            Reserved                           |
/// |                VXLAN Network Identifier (VNI) |   Reserved    |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// </code>
/// </remarks>
/// <param name="NetworkIdentifier">VNI, 24 bits.</param>
public readonly record struct VxlanHeader(uint NetworkIdentifier) : IWireValue<VxlanHeader>
{
    /// <summary>Octets of the header.</summary>
    public const int Length = 8;

    /// <summary>IANA's UDP port.</summary>
    public const int Port = 4789;

    /// <summary>The port that Linux takes when none is told.</summary>
    public const int LinuxPort = 8472;

    /// <summary>The highest network identifier.</summary>
    public const uint MaximumNetworkIdentifier = 0xffffff;

    private const uint ValidNetworkIdentifier = 0x08000000;

    /// <inheritdoc/>
    public int EncodedLength => Length;

    /// <inheritdoc/>
    /// <remarks>RFC 7348 §5 has reserved bits ignored on receipt; Linux drops packets with any, since they mean an extension (GBP, GPE) that changes the payload. So do we.</remarks>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out VxlanHeader value, out int consumed)
    {
        value = default;
        consumed = 0;
        if (source.Length < Length) return DecodeStatus.Truncated;
        uint second = BinaryPrimitives.ReadUInt32BigEndian(source[4..]);
        if (BinaryPrimitives.ReadUInt32BigEndian(source) != ValidNetworkIdentifier || (second & 0xff) != 0) return DecodeStatus.BadValue; // §5: I must be 1
        value = new VxlanHeader(second >> 8);
        consumed = Length;
        return DecodeStatus.Ok;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        WireRoom.Require(destination, Length, "vxlan header");
        BinaryPrimitives.WriteUInt32BigEndian(destination, ValidNetworkIdentifier);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], NetworkIdentifier << 8);
        return Length;
    }
}
