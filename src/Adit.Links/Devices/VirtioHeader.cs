using System.Buffers.Binary;
using Adit.Core.Links;

namespace Adit.Links.Devices;

/// <summary>struct virtio_net_hdr in front of a device's packets (virtio 1.2 §5.1.6), in this machine's little-endian order: flags, gso_type, hdr_len, gso_size, csum_start, csum_offset.</summary>
internal static class VirtioHeader
{
    /// <summary>Octets.</summary>
    public const int Length = 10;

    private const byte NeedsChecksum = 1;
    private const byte TcpIpv4 = 1;
    private const byte TcpIpv6 = 4;
    private const byte UdpSegments = 5;
    private const byte WithEcn = 0x80;

    /// <summary>What a device says of a packet.</summary>
    /// <returns>Whether it makes sense for the packet.</returns>
    public static bool TryRead(ReadOnlySpan<byte> header, ref Packet packet)
    {
        SegmentationKind kind = (header[1] & ~WithEcn) switch
        {
            0 => SegmentationKind.None,
            TcpIpv4 => SegmentationKind.Tcp4,
            TcpIpv6 => SegmentationKind.Tcp6,
            UdpSegments => SegmentationKind.Udp,
            _ => (SegmentationKind)byte.MaxValue,
        };
        if (kind == (SegmentationKind)byte.MaxValue) return false;
        bool isPartial = (header[0] & NeedsChecksum) != 0;
        if (!isPartial) return kind == SegmentationKind.None;
        int start = BinaryPrimitives.ReadUInt16LittleEndian(header[6..]);
        int field = BinaryPrimitives.ReadUInt16LittleEndian(header[8..]);
        int size = BinaryPrimitives.ReadUInt16LittleEndian(header[4..]);
        if (start + field + 2 > packet.Length || (kind != SegmentationKind.None && size == 0)) return false;
        packet.Flags |= PacketFlags.ChecksumPartial;
        packet.TransportStart = packet.Offset + start;
        packet.ChecksumOffset = (ushort)field;
        packet.Segmentation = kind;
        packet.SegmentSize = kind == SegmentationKind.None ? (ushort)0 : (ushort)size;
        return true;
    }

    /// <summary>Describes a packet to a device.</summary>
    public static void Write(Span<byte> header, in Packet packet)
    {
        header[..Length].Clear();
        if (packet.IsPlain) return;
        header[0] = NeedsChecksum;
        int transport = packet.TransportStart - packet.Offset;
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], (ushort)transport);
        BinaryPrimitives.WriteUInt16LittleEndian(header[8..], packet.ChecksumOffset);
        if (packet.Segmentation == SegmentationKind.None) return;
        header[1] = packet.Segmentation switch { SegmentationKind.Tcp4 => TcpIpv4, SegmentationKind.Tcp6 => TcpIpv6, _ => UdpSegments };
        BinaryPrimitives.WriteUInt16LittleEndian(header[2..], (ushort)(transport + (packet.Segmentation == SegmentationKind.Udp ? 8 : 20)));
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], packet.SegmentSize);
    }

    /// <summary>Describes TCP segments that were merged.</summary>
    public static void WriteTcp(Span<byte> header, bool isIpv4, int headerLength, int segmentSize, int transport)
    {
        header[0] = NeedsChecksum;
        header[1] = isIpv4 ? TcpIpv4 : TcpIpv6;
        BinaryPrimitives.WriteUInt16LittleEndian(header[2..], (ushort)headerLength);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], (ushort)segmentSize);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], (ushort)transport);
        BinaryPrimitives.WriteUInt16LittleEndian(header[8..], 16);
    }
}
