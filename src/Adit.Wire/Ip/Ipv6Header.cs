using System.Buffers.Binary;

namespace Adit.Wire.Ip;

/// <summary>The fixed header of an IPv6 packet (RFC 8200 §3).</summary>
/// <remarks>
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |Version| Traffic Class |           Flow Label                  |
/// |         Payload Length        |  Next Header  |   Hop Limit   |
/// |                    Source Address (16 octets)                 |
/// |                 Destination Address (16 octets)               |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// </code>
/// </remarks>
public readonly record struct Ipv6Header : IWireValue<Ipv6Header>
{
    /// <summary>Octets of the header.</summary>
    public const int Length = 40;

    /// <summary>The MTU that every link must carry (RFC 8200 §5).</summary>
    public const int MinimumMtu = 1280;

    private const uint FlowLabelMask = 0xfffff;

    /// <summary>Differentiated services and <see cref="EcnField"/>.</summary>
    public byte TrafficClass { get; init; }

    /// <summary>The flow label, 20 bits.</summary>
    public uint FlowLabel { get; init; }

    /// <summary>Octets after the header.</summary>
    public ushort PayloadLength { get; init; }

    /// <summary>What follows: an extension header or the upper layer.</summary>
    public IpProtocol NextHeader { get; init; }

    /// <summary>Hop limit.</summary>
    public byte HopLimit { get; init; }

    /// <summary>Who sent it.</summary>
    public Ipv6Address Source { get; init; }

    /// <summary>Whom it is for.</summary>
    public Ipv6Address Destination { get; init; }

    /// <inheritdoc/>
    public int EncodedLength => Length;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out Ipv6Header value, out int consumed)
    {
        consumed = 0;
        value = default;
        DecodeStatus status = Ipv6Packet.TryDecodeQuoted(source, out Ipv6Packet packet);
        if (status != DecodeStatus.Ok) return status;
        value = new Ipv6Header
        {
            TrafficClass = packet.TrafficClass,
            FlowLabel = packet.FlowLabel,
            PayloadLength = (ushort)packet.PayloadLength,
            NextHeader = packet.NextHeader,
            HopLimit = packet.HopLimit,
            Source = packet.Source,
            Destination = packet.Destination,
        };
        consumed = Length;
        return DecodeStatus.Ok;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        WireRoom.Require(destination, Length, "ipv6 header");
        BinaryPrimitives.WriteUInt32BigEndian(destination, (6u << 28) | ((uint)TrafficClass << 20) | (FlowLabel & FlowLabelMask));
        BinaryPrimitives.WriteUInt16BigEndian(destination[4..], PayloadLength);
        destination[6] = (byte)NextHeader;
        destination[7] = HopLimit;
        Source.Write(destination[8..]);
        Destination.Write(destination[24..]);
        return Length;
    }
}
