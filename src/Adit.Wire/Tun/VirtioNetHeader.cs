using System.Buffers.Binary;

namespace Adit.Wire.Tun;

/// <summary>What stands before each packet of a TUN or TAP device opened with IFF_VNET_HDR (linux/virtio_net.h, struct virtio_net_hdr), little endian.</summary>
/// <remarks>
/// Theory of operation of this folder: a device hands over packets as the kernel has them, checksums not computed and TCP segments up to 64 KiB uncut; this
/// header says what is still to be done. <see cref="TunHeader"/> is the other framing of TUN packets, that of SSH.
/// <code>
/// flags (1) | gso_type (1) | hdr_len (2) | gso_size (2) | csum_start (2) | csum_offset (2)     10 octets
///   … | num_buffers (2)                                                                        12 octets, struct virtio_net_hdr_mrg_rxbuf
/// </code>
/// </remarks>
/// <param name="Flags">What the checksum is worth.</param>
/// <param name="Segmentation">How to cut.</param>
/// <param name="HeaderLength">Octets of all headers that each segment repeats; a hint.</param>
/// <param name="SegmentSize">Octets of payload in a segment.</param>
/// <param name="ChecksumStart">Where the octets summed begin, in the packet.</param>
/// <param name="ChecksumOffset">Where the checksum stands, from there.</param>
public readonly record struct VirtioNetHeader(
    VirtioFlags Flags, VirtioSegmentation Segmentation, ushort HeaderLength, ushort SegmentSize, ushort ChecksumStart, ushort ChecksumOffset)
    : IWireValue<VirtioNetHeader>
{
    /// <summary>Octets of the header.</summary>
    public const int Length = 10;

    /// <summary>Octets of the header with a number of buffers, which is always 1 here.</summary>
    public const int MergeableLength = 12;

    private const byte EcnBit = 0x80; // VIRTIO_NET_HDR_GSO_ECN

    /// <summary>Whether the first segment alone has CWR set.</summary>
    public bool HasEcn { get; init; }

    /// <inheritdoc/>
    public int EncodedLength => Length;

    /// <inheritdoc/>
    /// <returns>Unsupported: a kind of segmentation or a flag that is not known.</returns>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out VirtioNetHeader value, out int consumed)
    {
        value = default;
        consumed = 0;
        if (source.Length < Length) return DecodeStatus.Truncated;
        var kind = (VirtioSegmentation)(source[1] & ~EcnBit);
        if ((source[0] & ~7) != 0 || kind is not (VirtioSegmentation.None or VirtioSegmentation.Tcpv4 or VirtioSegmentation.UdpFragmentation
            or VirtioSegmentation.Tcpv6 or VirtioSegmentation.UdpL4))
        {
            return DecodeStatus.Unsupported;
        }

        value = new VirtioNetHeader(
            (VirtioFlags)source[0],
            kind,
            BinaryPrimitives.ReadUInt16LittleEndian(source[2..]),
            BinaryPrimitives.ReadUInt16LittleEndian(source[4..]),
            BinaryPrimitives.ReadUInt16LittleEndian(source[6..]),
            BinaryPrimitives.ReadUInt16LittleEndian(source[8..])) { HasEcn = (source[1] & EcnBit) != 0 };
        consumed = Length;
        return DecodeStatus.Ok;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        WireRoom.Require(destination, Length, "virtio net header");
        destination[0] = (byte)Flags;
        destination[1] = (byte)((byte)Segmentation | (HasEcn ? EcnBit : 0));
        BinaryPrimitives.WriteUInt16LittleEndian(destination[2..], HeaderLength);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[4..], SegmentSize);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[6..], ChecksumStart);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[8..], ChecksumOffset);
        return Length;
    }

    /// <summary>Writes the header of 12 octets, with one buffer.</summary>
    /// <param name="destination">At least <see cref="MergeableLength"/> octets.</param>
    /// <returns>Octets written.</returns>
    /// <exception cref="ArgumentException">The destination is too small.</exception>
    public int EncodeMergeable(Span<byte> destination)
    {
        WireRoom.Require(destination, MergeableLength, "virtio net header");
        Encode(destination);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[Length..], 1);
        return MergeableLength;
    }
}
