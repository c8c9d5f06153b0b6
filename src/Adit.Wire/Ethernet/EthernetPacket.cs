using System.Buffers.Binary;

namespace Adit.Wire.Ethernet;

/// <summary>A view of an Ethernet frame; see <see cref="EthernetHeader"/> for the field diagram. Tags are skipped to find the type.</summary>
public readonly ref struct EthernetPacket
{
    /// <summary>Ours: VLAN tags skipped at most; IEEE 802.1ad stacks two.</summary>
    public const int MaximumTags = 4;

    private const int TagLength = 4;
    private readonly ReadOnlySpan<byte> _octets;

    private EthernetPacket(ReadOnlySpan<byte> octets, int headerLength)
    {
        _octets = octets;
        HeaderLength = headerLength;
    }

    /// <summary>Octets of addresses, tags and type.</summary>
    public int HeaderLength { get; }

    /// <summary>Whom it is for.</summary>
    public MacAddress Destination => MacAddress.Read(_octets);

    /// <summary>Who sent it.</summary>
    public MacAddress Source => MacAddress.Read(_octets[6..]);

    /// <summary>What follows the tags.</summary>
    public EtherType Type => (EtherType)BinaryPrimitives.ReadUInt16BigEndian(_octets[(HeaderLength - 2)..]);

    /// <summary>The outermost tag's VLAN, 12 bits; -1: no tag.</summary>
    public int VlanIdentifier => HeaderLength == EthernetHeader.Length ? -1 : BinaryPrimitives.ReadUInt16BigEndian(_octets[14..]) & 0xfff;

    /// <summary>What follows the type, padding included.</summary>
    public ReadOnlySpan<byte> Payload => _octets[HeaderLength..];

    /// <summary>Views a frame.</summary>
    /// <param name="source">The frame, without frame check sequence.</param>
    /// <param name="packet">The view, when the status is <see cref="DecodeStatus.Ok"/>.</param>
    /// <returns>Unsupported: more than <see cref="MaximumTags"/> tags.</returns>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out EthernetPacket packet)
    {
        packet = default;
        int length = EthernetHeader.Length;
        if (source.Length < length) return DecodeStatus.Truncated;
        for (int tags = 0; (EtherType)BinaryPrimitives.ReadUInt16BigEndian(source[(length - 2)..]) is EtherType.Vlan or EtherType.ServiceVlan; tags++)
        {
            if (tags == MaximumTags) return DecodeStatus.Unsupported;
            length += TagLength;
            if (source.Length < length) return DecodeStatus.Truncated;
        }

        packet = new EthernetPacket(source, length);
        return DecodeStatus.Ok;
    }
}
