using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Adit.Wire.Ip;

namespace Adit.Core.Links;

/// <summary>
/// Cuts super-packets into the packets that a network carries, and completes partial checksums. One thread at a time.
/// </summary>
/// <remarks>
/// Theory of operation: payload is never copied here. All that stands before the transport payload (delivery headers included, which are equal for all segments) is copied once a segment
/// into scratch memory and corrected: lengths and identification of the IP header, sequence number and flags of TCP (FIN and PSH on the last segment only, CWR on the first only: RFC 3168 §6.1.2),
/// length of UDP, checksums. A segment is then two parts, header and payload, which a vectored system call gathers.
/// </remarks>
public sealed class PacketSegmenter
{
    /// <summary>Ours: segments of one super-packet at most; 64 KiB in pieces of 512.</summary>
    public const int MaximumSegments = 160;

    /// <summary>The longest run of headers in front of a payload.</summary>
    private const int MaximumHeader = 512;

    private const int UdpChecksum = 6;
    private const int TcpChecksum = 16;
    private const byte Fin = 0x01;
    private const byte Push = 0x08;
    private const byte Cwr = 0x80;

    private readonly PacketSegment[] _segments = new PacketSegment[MaximumSegments];

    /// <summary>Where the headers of the segments are written.</summary>
    public byte[] Scratch { get; } = GC.AllocateUninitializedArray<byte>(MaximumSegments * MaximumHeader, pinned: true);

    /// <summary>Where <see cref="Scratch"/> lies, for system calls.</summary>
    public nint ScratchAddress => Marshal.UnsafeAddrOfPinnedArrayElement(Scratch, 0);

    /// <summary>The segments that <see cref="TryCut"/> made.</summary>
    public ReadOnlySpan<PacketSegment> Segments => _segments.AsSpan(0, Count);

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Completes the transport checksum of an ordinary packet (one without segmentation).</summary>
    /// <param name="memory">The batch's memory.</param>
    /// <param name="packet">The packet; afterwards it is plain.</param>
    /// <returns>Whether its metadata made sense; else it must be dropped.</returns>
    public static bool TryCompleteChecksum(byte[] memory, ref Packet packet)
    {
        if ((packet.Flags & PacketFlags.ChecksumPartial) == 0) return true;
        int end = packet.Offset + packet.Length;
        int field = packet.TransportStart + packet.ChecksumOffset;
        if (packet.TransportStart < packet.Offset || field + 2 > end) return false;
        uint sum = InternetChecksum.Sum(memory.AsSpan(packet.TransportStart, end - packet.TransportStart));
        BinaryPrimitives.WriteUInt16BigEndian(memory.AsSpan(field), packet.ChecksumOffset == UdpChecksum ? InternetChecksum.FinishUdp(sum) : InternetChecksum.Finish(sum));
        packet.Flags &= ~PacketFlags.ChecksumPartial;
        return true;
    }

    /// <summary>Cuts a super-packet.</summary>
    /// <param name="memory">The batch's memory.</param>
    /// <param name="packet">A packet with <see cref="Packet.Segmentation"/>.</param>
    /// <returns>Whether its metadata and headers made sense; else it must be dropped.</returns>
    public bool TryCut(byte[] memory, in Packet packet)
    {
        Count = 0;
        if (!SegmentLayout.TryOf(memory, packet, out SegmentLayout layout) || layout.HeaderLength > MaximumHeader) return false;
        int size = packet.SegmentSize;
        int payload = packet.Length - layout.HeaderLength;
        int count = Math.Max(1, (payload + size - 1) / size);
        if (count > MaximumSegments) return false;
        ReadOnlySpan<byte> template = memory.AsSpan(packet.Offset, layout.HeaderLength);
        int from = packet.Offset + layout.HeaderLength;
        for (int i = 0, done = 0; i < count; i++, done += size)
        {
            int length = Math.Min(size, payload - done);
            Span<byte> header = Scratch.AsSpan(i * MaximumHeader, layout.HeaderLength);
            template.CopyTo(header);
            layout.Correct(header, memory.AsSpan(from + done, length), i, done, i == 0, i == count - 1);
            _segments[i] = new PacketSegment(i * MaximumHeader, layout.HeaderLength, from + done, length);
        }

        Count = count;
        return true;
    }

    /// <summary>Copies the packets of one batch into another, super-packets cut and checksums completed.</summary>
    /// <param name="from">What is to be cut; packets that made no sense are marked as dropped.</param>
    /// <param name="index">The first packet to take.</param>
    /// <param name="into">Takes plain packets with headroom, until it is full.</param>
    /// <returns>The first packet that was not taken; <see cref="PacketBatch.Count"/> when all were. Equal to <paramref name="index"/> where not even one fits into an empty batch.</returns>
    public int Expand(PacketBatch from, int index, PacketBatch into)
    {
        for (; index < from.Count; index++)
        {
            ref Packet packet = ref from[index];
            if (packet.Dropped != DropReason.None) continue;
            if (packet.Segmentation == SegmentationKind.None)
            {
                if (into.BuffersLeft == 0 || into.Count == into.Capacity) return index;
                if (TryCompleteChecksum(from.Memory, ref packet)) Copy(packet, from.Octets(packet), default, into);
                else packet.Drop(DropReason.BadHeader);
                continue;
            }

            if (!TryCut(from.Memory, packet))
            {
                packet.Drop(DropReason.BadHeader);
                continue;
            }

            if (into.BuffersLeft < Count || into.Capacity - into.Count < Count) return index;
            foreach (ref readonly PacketSegment segment in Segments)
                Copy(packet, Scratch.AsSpan(segment.HeaderOffset, segment.HeaderLength), from.Memory.AsSpan(segment.PayloadOffset, segment.PayloadLength), into);
        }

        return index;
    }

    private static void Copy(in Packet like, ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, PacketBatch into)
    {
        if (!into.TryTakeBuffer(out int floor, out int start, out int ceiling)) return;
        header.CopyTo(into.Memory.AsSpan(start));
        payload.CopyTo(into.Memory.AsSpan(start + header.Length));
        Packet packet = like;
        int moved = start - like.Offset;
        (packet.Offset, packet.Length, packet.Floor, packet.Ceiling) = (start, header.Length + payload.Length, floor, ceiling);
        packet.NetworkStart += moved;
        packet.TransportStart += moved;
        packet.Segmentation = SegmentationKind.None;
        packet.SegmentSize = 0;
        packet.Flags &= ~PacketFlags.ChecksumPartial;
        into.Add(packet);
    }

    /// <summary>Where things stand in the headers of a super-packet, relative to its first octet.</summary>
    private readonly struct SegmentLayout
    {
        private readonly int _network;
        private readonly int _transport;
        private readonly bool _isTcp;
        private readonly bool _is4;
        private readonly ushort _identification;
        private readonly uint _sequence;
        private readonly uint _pseudo;

        private SegmentLayout(ReadOnlySpan<byte> octets, int network, int transport, int header, bool isTcp)
        {
            (_network, _transport, HeaderLength, _isTcp) = (network, transport, header, isTcp);
            _is4 = octets[network] >> 4 == 4;
            if (_is4) _identification = BinaryPrimitives.ReadUInt16BigEndian(octets[(network + 4)..]);
            if (isTcp) _sequence = BinaryPrimitives.ReadUInt32BigEndian(octets[(transport + 4)..]);
            // Addresses and protocol; the length is added for each segment.
            _pseudo = InternetChecksum.Sum(_is4 ? octets.Slice(network + 12, 8) : octets.Slice(network + 8, 32)) + (uint)(isTcp ? IpProtocol.Tcp : IpProtocol.Udp);
        }

        public int HeaderLength { get; }

        public static bool TryOf(byte[] memory, in Packet packet, out SegmentLayout layout)
        {
            layout = default;
            ReadOnlySpan<byte> octets = memory.AsSpan(packet.Offset, packet.Length);
            int network = packet.NetworkStart - packet.Offset;
            int transport = packet.TransportStart - packet.Offset;
            if (packet.SegmentSize == 0 || network < 0 || transport < network + 20 || transport + 8 > octets.Length) return false;
            int version = octets[network] >> 4;
            if (version == 6 ? transport < network + 40 : version != 4) return false;
            bool isTcp = packet.Segmentation != SegmentationKind.Udp;
            if (isTcp && (transport + 20 > octets.Length || packet.Segmentation != (version == 4 ? SegmentationKind.Tcp4 : SegmentationKind.Tcp6))) return false;
            int header = transport + (isTcp ? (octets[transport + 12] >> 4) * 4 : 8);
            if (header < transport + (isTcp ? 20 : 8) || header > octets.Length) return false;
            layout = new SegmentLayout(octets, network, transport, header, isTcp);
            return true;
        }

        public void Correct(Span<byte> header, ReadOnlySpan<byte> payload, int index, int done, bool isFirst, bool isLast)
        {
            int transportLength = HeaderLength - _transport + payload.Length;
            if (_is4)
            {
                Span<byte> ip = header[_network.._transport];
                BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(ip.Length + transportLength));
                BinaryPrimitives.WriteUInt16BigEndian(ip[4..], (ushort)(_identification + index));
                ip[10] = ip[11] = 0;
                BinaryPrimitives.WriteUInt16BigEndian(ip[10..], InternetChecksum.Compute(ip[..((ip[0] & 15) * 4 <= ip.Length ? (ip[0] & 15) * 4 : 20)]));
            }
            else
            {
                BinaryPrimitives.WriteUInt16BigEndian(header[(_network + 4)..], (ushort)(_transport - _network - 40 + transportLength));
            }

            Span<byte> transport = header[_transport..];
            int field = UdpChecksum;
            if (_isTcp)
            {
                BinaryPrimitives.WriteUInt32BigEndian(transport[4..], _sequence + (uint)done);
                if (!isLast) transport[13] &= unchecked((byte)~(Fin | Push));
                if (!isFirst) transport[13] &= unchecked((byte)~Cwr);
                field = TcpChecksum;
            }
            else
            {
                BinaryPrimitives.WriteUInt16BigEndian(transport[4..], (ushort)transportLength);
            }

            transport[field] = transport[field + 1] = 0;
            // The header's length is even, so the payload's sum adds as it is.
            uint sum = _pseudo + (uint)transportLength + InternetChecksum.Sum(transport) + InternetChecksum.Sum(payload);
            BinaryPrimitives.WriteUInt16BigEndian(transport[field..], _isTcp ? InternetChecksum.Finish(sum) : InternetChecksum.FinishUdp(sum));
        }
    }
}
