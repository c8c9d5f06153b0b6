using Adit.Core.Links;
using Adit.TestKit;

namespace Adit.Core.Tests.Links;

public sealed class PacketCoalescerTests
{
    private readonly PacketBatch _batch = new(64);
    private readonly PacketCoalescer _coalescer = new();

    [Fact]
    public void SegmentsInOrder_BecomeOne()
    {
        for (int i = 0; i < 5; i++) _batch.Add(TcpPackets.Tcp(false, 1, (uint)(1 + (i * 1000)), i == 4 ? 300 : 1000, flags: (byte)(i == 4 ? 0x18 : 0x10)));
        _coalescer.Find(_batch, Medium.Ip);
        PacketRun run = Assert.Single(_coalescer.Runs.ToArray());
        Assert.Equal((5, 4300, 1000), (run.Count, run.Payload, run.SegmentSize));
    }

    [Theory]
    [InlineData("gap")]
    [InlineData("longer")]
    [InlineData("after a short one")]
    [InlineData("after push")]
    [InlineData("damaged")]
    [InlineData("first damaged")]
    [InlineData("other options")]
    [InlineData("other class")]
    [InlineData("flags")]
    [InlineData("other acknowledgement")]
    [InlineData("header damaged")]
    public void WhatWouldNotComeBackTheSame_StaysApart(string what)
    {
        byte[] first = TcpPackets.Tcp(false, 1, 1, what == "after a short one" ? 500 : 1000, flags: (byte)(what == "after push" ? 0x18 : 0x10));
        byte[] second = what switch
        {
            "gap" => TcpPackets.Tcp(false, 1, 1002, 1000),
            "longer" => TcpPackets.Tcp(false, 1, 1001, 1001),
            "after a short one" => TcpPackets.Tcp(false, 1, 501, 1000),
            "other options" => TcpPackets.Tcp(false, 1, 1001, 1000, options: 8),
            "other class" => TcpPackets.Tcp(false, 1, 1001, 1000, tos: 3),
            "flags" => TcpPackets.Tcp(false, 1, 1001, 1000, flags: 0x11),
            _ => TcpPackets.Tcp(false, 1, 1001, 1000),
        };
        if (what == "damaged") second[500] ^= 4;
        if (what == "first damaged") first[500] ^= 4;
        if (what == "header damaged") second[10] ^= 4;
        if (what == "other acknowledgement") second[20 + 11]++;
        _batch.Add(first);
        _batch.Add(second);
        _coalescer.Find(_batch, Medium.Ip);
        Assert.Equal([1, 1], _coalescer.Runs.ToArray().Select(r => r.Count));
    }

    [Fact]
    public void NothingOfAFlow_OvertakesAnother()
    {
        _batch.Add(TcpPackets.Tcp(false, 1, 1, 1000));
        _batch.Add(TcpPackets.Tcp(false, 1, 1001, 0)); // an acknowledgement without data
        _batch.Add(TcpPackets.Tcp(false, 1, 1001, 1000));
        _batch.Add(TcpPackets.Tcp(false, 2, 1, 1000)); // another flow may
        _batch.Add(TcpPackets.Tcp(false, 1, 2001, 1000));
        _coalescer.Find(_batch, Medium.Ip);
        Assert.Equal([(0, 1), (1, 1), (2, 2), (3, 1)], _coalescer.Runs.ToArray().Select(r => (r.First, r.Count)));
    }

    /// <summary>Whatever arrives, cutting what was merged gives the very packets that arrived, in the order of each flow.</summary>
    [Fact]
    public void CuttingWhatWasMerged_GivesBackWhatArrived()
    {
        var random = new Random(42);
        var segmenter = new PacketSegmenter();
        int merged = 0;
        for (int round = 0; round < 400; round++)
        {
            bool ethernet = random.Next(2) == 0;
            _batch.Clear();
            uint[] next = [1, uint.MaxValue - 2000, 5, 9];
            var arrived = new List<byte[]>();
            int count = random.Next(1, 60);
            for (int i = 0; i < count; i++)
            {
                int flow = random.Next(next.Length);
                int payload = random.Next(8) switch { 0 => 0, 1 => random.Next(1, 1400), _ => 1400 };
                byte flags = random.Next(8) switch { 0 => 0x18, 1 when payload == 0 => 0x12, _ => 0x10 };
                byte[] packet = TcpPackets.Tcp(flow >= 2, (ushort)flow, next[flow], payload, flags, ethernet: ethernet);
                if (random.Next(12) != 0) next[flow] += (uint)payload; // else sent again
                // Behind addresses and ports, which would make it another flow's.
                if (random.Next(20) == 0) packet[random.Next((ethernet ? 14 : 0) + (flow >= 2 ? 40 : 20) + 20, packet.Length)] ^= 0x10;
                arrived.Add(packet);
                _batch.Add(packet);
            }

            _coalescer.Find(_batch, ethernet ? Medium.Ethernet : Medium.Ip);
            var back = new List<byte[]>();
            foreach (PacketRun run in _coalescer.Runs.ToArray())
            {
                if (run.Count == 1)
                {
                    back.Add(_batch.Octets(_batch[run.First]).ToArray());
                    continue;
                }

                merged += run.Count;
                back.AddRange(Cut(segmenter, run));
            }

            // Flow by flow, since flows may change places; identification of IPv4 counts up in what the segmenter makes.
            int link = ethernet ? 14 : 0;
            Assert.Equal(arrived.Select(p => Key(p, link)).Order(), back.Select(p => Key(p, link)).Order());
            for (int flow = 0; flow < next.Length; flow++)
            {
                Assert.Equal(
                    arrived.Where(p => FlowOf(p, link) == flow).Select(p => Key(p, link)),
                    back.Where(p => FlowOf(p, link) == flow).Select(p => Key(p, link)));
            }
        }

        Assert.True(merged > 2000, $"merged {merged}");
    }

    [Fact]
    public void MergingAndCutting_AllocateNothing()
    {
        var segmenter = new PacketSegmenter();
        byte[][] packets = [.. Enumerable.Range(0, 30).Select(i => TcpPackets.Tcp(false, 1, (uint)(1 + (i * 1000)), 1000))];
        byte[] whole = TcpPackets.Tcp(false, 1, 1, 60_000, checksum: false);
        void Round()
        {
            _batch.Clear();
            foreach (byte[] packet in packets) _batch.Add(packet);
            _coalescer.Find(_batch, Medium.Ip);
            foreach (ref readonly PacketRun run in _coalescer.Runs) PacketCoalescer.Merge(_batch, run);
            PacketSegmenterTests.Super(_batch, whole, false, SegmentationKind.Tcp4, 1400);
            segmenter.TryCut(_batch.Memory, _batch[_batch.Count - 1]);
        }

        Assert.Equal(0, Allocations.Least(200, Round));
    }

    private static (ulong, int) Key(byte[] packet, int link)
    {
        ulong hash = 14695981039346656037;
        for (int i = 0; i < packet.Length; i++)
        {
            // Not the identification, nor the IPv4 header checksum that covers it.
            if (packet[link] >> 4 == 4 && i - link is 4 or 5 or 10 or 11) continue;
            hash = (hash ^ packet[i]) * 1099511628211;
        }

        return (hash, packet.Length);
    }

    private static int FlowOf(byte[] packet, int link) => packet.Length > link + 42 ? packet[link + (packet[link] >> 4 == 6 ? 40 : 20) + 1] : -1;

    private List<byte[]> Cut(PacketSegmenter segmenter, PacketRun run)
    {
        PacketCoalescer.Merge(_batch, run);
        var whole = new List<byte>(_batch.Octets(_batch[run.First]).ToArray());
        for (int i = run.First; i != run.Last;)
        {
            i = _coalescer.Next(i);
            whole.AddRange(_batch.Octets(_batch[i])[run.HeaderLength..].ToArray());
        }

        var batch = new PacketBatch(1);
        batch.Add([.. whole]);
        ref Packet packet = ref batch[0];
        packet.Segmentation = whole[run.Network] >> 4 == 4 ? SegmentationKind.Tcp4 : SegmentationKind.Tcp6;
        packet.SegmentSize = (ushort)run.SegmentSize;
        packet.NetworkStart = packet.Offset + run.Network;
        packet.TransportStart = packet.Offset + run.Transport;
        packet.Flags = PacketFlags.ChecksumPartial;
        Assert.True(segmenter.TryCut(batch.Memory, packet));
        return [.. segmenter.Segments.ToArray().Select(s => (byte[])[.. segmenter.Scratch.AsSpan(s.HeaderOffset, s.HeaderLength), .. batch.Memory.AsSpan(s.PayloadOffset, s.PayloadLength)])];
    }
}
