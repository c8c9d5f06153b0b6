using System.Buffers.Binary;

namespace Adit.Wire.Ethernet;

/// <summary>The header of an Ethernet frame (IEEE 802.3, Ethernet II), without tags.</summary>
/// <remarks>
/// Theory of operation: frames are carried whole and never changed; the header is read to learn and look up addresses, and to find the IP packet inside a
/// frame that is too big to carry. Preamble and frame check sequence do not reach us.
/// <code>
/// +--------------------+--------------------+----------- - - ----------+-----------+---------
/// | Destination (6)    | Source (6)         | 802.1Q tags (4 each)     | Type (2)  | Payload
/// +--------------------+--------------------+----------- - - ----------+-----------+---------
/// </code>
/// </remarks>
/// <param name="Destination">Whom it is for.</param>
/// <param name="Source">Who sent it.</param>
/// <param name="Type">What follows; below 0x0600 a length (IEEE 802.3).</param>
public readonly record struct EthernetHeader(MacAddress Destination, MacAddress Source, EtherType Type) : IWireValue<EthernetHeader>
{
    /// <summary>Octets of the header.</summary>
    public const int Length = 14;

    /// <inheritdoc/>
    public int EncodedLength => Length;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out EthernetHeader value, out int consumed)
    {
        value = default;
        consumed = 0;
        if (source.Length < Length) return DecodeStatus.Truncated;
        value = new EthernetHeader(MacAddress.Read(source), MacAddress.Read(source[6..]), (EtherType)BinaryPrimitives.ReadUInt16BigEndian(source[12..]));
        consumed = Length;
        return DecodeStatus.Ok;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        WireRoom.Require(destination, Length, "ethernet header");
        Destination.Write(destination);
        Source.Write(destination[6..]);
        BinaryPrimitives.WriteUInt16BigEndian(destination[12..], (ushort)Type);
        return Length;
    }
}
