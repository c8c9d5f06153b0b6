using Adit.Core.Links;
using Adit.Wire;
using Adit.Wire.Tun;

namespace Adit.Links.Devices;

/// <summary>Between the header in front of a device's packets (<see cref="VirtioNetHeader"/>) and what a <see cref="Packet"/> says.</summary>
internal static class VirtioHeader
{
    private const ushort TcpChecksum = 16;
    private const int TcpHeader = 20;
    private const int UdpHeader = 8;

    /// <summary>What a device says of a packet.</summary>
    /// <returns>Whether it makes sense for the packet.</returns>
    public static bool TryRead(ReadOnlySpan<byte> header, ref Packet packet)
    {
        if (VirtioNetHeader.TryDecode(header, out VirtioNetHeader found, out _) != DecodeStatus.Ok || found.Segmentation == VirtioSegmentation.UdpFragmentation) return false;
        SegmentationKind kind = found.Segmentation switch
        {
            VirtioSegmentation.Tcpv4 => SegmentationKind.Tcp4,
            VirtioSegmentation.Tcpv6 => SegmentationKind.Tcp6,
            VirtioSegmentation.UdpL4 => SegmentationKind.Udp,
            _ => SegmentationKind.None,
        };
        if ((found.Flags & VirtioFlags.NeedsChecksum) == 0) return kind == SegmentationKind.None;
        if (found.ChecksumStart + found.ChecksumOffset + 2 > packet.Length || (kind != SegmentationKind.None && found.SegmentSize == 0)) return false;
        packet.Flags |= PacketFlags.ChecksumPartial;
        packet.TransportStart = packet.Offset + found.ChecksumStart;
        packet.ChecksumOffset = found.ChecksumOffset;
        packet.Segmentation = kind;
        packet.SegmentSize = kind == SegmentationKind.None ? (ushort)0 : found.SegmentSize;
        return true;
    }

    /// <summary>Packets as the network sees them: the segments of a super-packet each.</summary>
    public static int SegmentsOf(in Packet packet) => packet.Segmentation == SegmentationKind.None ? 1 : (packet.Length + packet.SegmentSize - 1) / packet.SegmentSize;

    /// <summary>Where the IP header of a frame begins: behind the Ethernet header and its 802.1Q tags.</summary>
    public static int NetworkOffset(ReadOnlySpan<byte> frame)
    {
        int at = 12;
        while (at + 6 <= frame.Length && ((frame[at] << 8) | frame[at + 1]) is 0x8100 or 0x88a8) at += 4;
        return Math.Min(at + 2, frame.Length);
    }

    /// <summary>Describes a packet to a device.</summary>
    public static void Write(Span<byte> header, in Packet packet)
    {
        if (packet.IsPlain)
        {
            header[..VirtioNetHeader.Length].Clear();
            return;
        }

        int transport = packet.TransportStart - packet.Offset;
        VirtioSegmentation kind = packet.Segmentation switch
        {
            SegmentationKind.Tcp4 => VirtioSegmentation.Tcpv4,
            SegmentationKind.Tcp6 => VirtioSegmentation.Tcpv6,
            SegmentationKind.Udp => VirtioSegmentation.UdpL4,
            _ => VirtioSegmentation.None,
        };
        int headers = kind == VirtioSegmentation.None ? 0 : transport + (kind == VirtioSegmentation.UdpL4 ? UdpHeader : TcpHeader);
        new VirtioNetHeader(VirtioFlags.NeedsChecksum, kind, (ushort)headers, packet.SegmentSize, (ushort)transport, packet.ChecksumOffset).Encode(header);
    }

    /// <summary>Describes TCP segments that were merged.</summary>
    public static void WriteTcp(Span<byte> header, bool isIpv4, int headerLength, int segmentSize, int transport) =>
        new VirtioNetHeader(VirtioFlags.NeedsChecksum, isIpv4 ? VirtioSegmentation.Tcpv4 : VirtioSegmentation.Tcpv6, (ushort)headerLength, (ushort)segmentSize, (ushort)transport, TcpChecksum).Encode(header);
}
