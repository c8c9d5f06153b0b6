using System.Buffers.Binary;

namespace Adit.Wire.EtherIp;

/// <summary>The header of Ethernet within IP (RFC 3378 §2), IP protocol 97. A frame follows, without frame check sequence.</summary>
/// <remarks>
/// Theory of operation: two constant octets, so there is nothing to configure or to negotiate; every frame is sent to one remote.
/// <code>
/// +---+---+---+---+---+---+---+---+---+---+---+---+---+---+---+---+
/// |  Version = 3  |                 Reserved = 0                  |
/// +---+---+---+---+---+---+---+---+---+---+---+---+---+---+---+---+
/// </code>
/// </remarks>
public readonly record struct EtherIpHeader : IWireValue<EtherIpHeader>
{
    /// <summary>Octets of the header.</summary>
    public const int Length = 2;

    private const ushort Value = 0x3000;

    /// <inheritdoc/>
    public int EncodedLength => Length;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out EtherIpHeader value, out int consumed)
    {
        value = default;
        consumed = 0;
        if (source.IsEmpty) return DecodeStatus.Truncated;
        if (source[0] >> 4 != 3) return DecodeStatus.Unsupported; // §2: any other version is discarded
        if (source.Length < Length) return DecodeStatus.Truncated;
        if (BinaryPrimitives.ReadUInt16BigEndian(source) != Value) return DecodeStatus.BadValue; // §2: must be zero
        consumed = Length;
        return DecodeStatus.Ok;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        WireRoom.Require(destination, Length, "etherip header");
        BinaryPrimitives.WriteUInt16BigEndian(destination, Value);
        return Length;
    }
}
