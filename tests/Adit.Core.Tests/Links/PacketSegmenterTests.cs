using System.Buffers.Binary;
using Adit.Core.Links;

namespace Adit.Core.Tests.Links;

public sealed class PacketSegmenterTests
{
    [Theory]
    [InlineData(false, 0, 1)]
    [InlineData(false, 1448, 1448)]
    [InlineData(false, 1448, 1449)]
    [InlineData(false, 1448, 60_000)]
    [InlineData(true, 1428, 60_000)]
    [InlineData(true, 536, 64_000)]
    [InlineData(false, 777, 12_345)]
    public void Tcp_IsCutIntoPacketsThatAreRight(bool isIpv6, int size, int payload)
    {
        if (size == 0) size = 1;
        var batch = new PacketBatch(2);
        byte[] whole = TcpPackets.Tcp(isIpv6, 5000, uint.MaxValue - 3000, payload, flags: 0x10 | 0x08 | 0x01 | 0x80, checksum: false);
        Super(batch, whole, isIpv6, SegmentationKind.Tcp4, size);
        var segmenter = new PacketSegmenter();
        Assert.True(segmenter.TryCut(batch.Memory, batch[0]));
        Assert.Equal((payload + size - 1) / size, segmenter.Count);
        int done = 0, header = (isIpv6 ? 40 : 20) + 32, ip = isIpv6 ? 40 : 20;
        for (int i = 0; i < segmenter.Count; i++)
        {
            byte[] packet = Octets(segmenter, batch, i);
            TcpPackets.AssertIntact(packet);
            Assert.Equal(uint.MaxValue - 3000 + (uint)done, BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(ip + 4)));
            byte flags = (byte)(0x10 | (i == 0 ? 0x80 : 0) | (i == segmenter.Count - 1 ? 0x09 : 0));
            Assert.Equal(flags, packet[ip + 13]);
            if (!isIpv6) Assert.Equal(1000 + i, BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(4)));
            Assert.Equal(whole.AsSpan(header + done, packet.Length - header), packet.AsSpan(header));
            done += packet.Length - header;
        }

        Assert.Equal(payload, done);
    }

    [Fact]
    public void Udp_EachPieceIsADatagram()
    {
        foreach (bool isIpv6 in new[] { false, true })
        {
            var batch = new PacketBatch(2);
            byte[] whole = TcpPackets.Udp(isIpv6, 4000, 5000);
            Super(batch, whole, isIpv6, SegmentationKind.Udp, 1200);
            var segmenter = new PacketSegmenter();
            Assert.True(segmenter.TryCut(batch.Memory, batch[0]));
            Assert.Equal(5, segmenter.Count);
            int done = 0, header = (isIpv6 ? 40 : 20) + 8;
            for (int i = 0; i < 5; i++)
            {
                byte[] packet = Octets(segmenter, batch, i);
                TcpPackets.AssertIntact(packet);
                Assert.Equal(whole.AsSpan(header + done, packet.Length - header), packet.AsSpan(header));
                done += packet.Length - header;
            }
        }
    }

    [Fact]
    public void PrependedHeaders_AreInEverySegment()
    {
        var batch = new PacketBatch(2);
        Super(batch, TcpPackets.Tcp(false, 1, 1, 4000, checksum: false), false, SegmentationKind.Tcp4, 1000);
        Assert.True(batch.TryPrepend(ref batch[0], 8, out Span<byte> header));
        header.Fill(0xab);
        var segmenter = new PacketSegmenter();
        Assert.True(segmenter.TryCut(batch.Memory, batch[0]));
        for (int i = 0; i < segmenter.Count; i++)
        {
            byte[] packet = Octets(segmenter, batch, i);
            Assert.All(packet[..8], o => Assert.Equal(0xab, o));
            TcpPackets.AssertIntact(packet.AsSpan(8));
        }
    }

    [Fact]
    public void PartialChecksums_AreCompleted()
    {
        foreach (bool isIpv6 in new[] { false, true })
        {
            foreach (int payload in new[] { 0, 1, 2, 63, 64, 65, 1448 })
            {
                var batch = new PacketBatch(1);
                byte[] packet = TcpPackets.Tcp(isIpv6, 9, 9, payload, checksum: false);
                int ip = isIpv6 ? 40 : 20;
                // The kernel leaves the sum of the pseudo header, not complemented.
                long sum = 6 + packet.Length - ip;
                for (int i = isIpv6 ? 8 : 12; i < ip; i += 2) sum += (packet[i] << 8) | packet[i + 1];
                while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
                BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(ip + 16), (ushort)sum);
                batch.Add(packet);
                ref Packet one = ref batch[0];
                one.Flags |= PacketFlags.ChecksumPartial;
                one.TransportStart = one.Offset + ip;
                one.ChecksumOffset = 16;
                Assert.True(PacketSegmenter.TryCompleteChecksum(batch.Memory, ref one));
                Assert.True(one.IsPlain);
                TcpPackets.AssertIntact(batch.Octets(one));
            }
        }
    }

    [Fact]
    public void MetadataThatMakesNoSense_IsRefused()
    {
        var random = new Random(7);
        var segmenter = new PacketSegmenter();
        for (int round = 0; round < 20_000; round++)
        {
            var batch = round % 500 == 0 ? _scratch = new PacketBatch(2) : _scratch!;
            batch.Clear();
            byte[] octets = new byte[random.Next(0, 200)];
            random.NextBytes(octets);
            if (octets.Length > 0 && random.Next(2) == 0) octets[0] = (byte)(random.Next(2) == 0 ? 0x45 : 0x60);
            batch.Add(octets);
            ref Packet packet = ref batch[0];
            packet.Segmentation = (SegmentationKind)random.Next(1, 4);
            packet.SegmentSize = (ushort)random.Next(0, 60);
            packet.NetworkStart = packet.Offset + random.Next(-20, 60);
            packet.TransportStart = packet.Offset + random.Next(-20, 260);
            if (segmenter.TryCut(batch.Memory, packet)) Assert.InRange(segmenter.Count, 1, PacketSegmenter.MaximumSegments);
        }
    }

    [Fact]
    public void Expand_StopsWhereTheNextBatchIsFull_AndGoesOn()
    {
        var batch = new PacketBatch(8);
        for (int i = 0; i < 3; i++) Super(batch, TcpPackets.Tcp(false, (ushort)(i + 1), 1, 3000, checksum: false), false, SegmentationKind.Tcp4, 1000);
        var into = new PacketBatch(4);
        var segmenter = new PacketSegmenter();
        var ports = new List<int>();
        for (int at = 0; at < batch.Count;)
        {
            into.Clear();
            int next = segmenter.Expand(batch, at, into);
            Assert.True(next > at);
            at = next;
            foreach (ref readonly Packet packet in into.Packets)
            {
                TcpPackets.AssertIntact(into.Octets(packet));
                Assert.True(packet.IsPlain);
                ports.Add(BinaryPrimitives.ReadUInt16BigEndian(into.Octets(packet)[20..]));
            }
        }

        Assert.Equal([1, 1, 1, 2, 2, 2, 3, 3, 3], ports);
    }

    internal static void Super(PacketBatch batch, byte[] whole, bool isIpv6, SegmentationKind kind, int size)
    {
        Assert.True(batch.Add(whole));
        ref Packet packet = ref batch[batch.Count - 1];
        packet.Segmentation = kind == SegmentationKind.Udp ? kind : isIpv6 ? SegmentationKind.Tcp6 : SegmentationKind.Tcp4;
        packet.SegmentSize = (ushort)size;
        packet.NetworkStart = packet.Offset;
        packet.TransportStart = packet.Offset + (isIpv6 ? 40 : 20);
        packet.ChecksumOffset = (ushort)(kind == SegmentationKind.Udp ? 6 : 16);
        packet.Flags |= PacketFlags.ChecksumPartial;
    }

    private PacketBatch? _scratch;

    private static byte[] Octets(PacketSegmenter segmenter, PacketBatch batch, int index)
    {
        PacketSegment segment = segmenter.Segments[index];
        return [.. segmenter.Scratch.AsSpan(segment.HeaderOffset, segment.HeaderLength), .. batch.Memory.AsSpan(segment.PayloadOffset, segment.PayloadLength)];
    }
}
