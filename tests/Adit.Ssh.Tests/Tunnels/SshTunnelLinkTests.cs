using System.Buffers.Binary;
using Adit.Core;
using Adit.Core.Links;
using Adit.Ssh.Channels;
using Adit.Ssh.Tests.Channels;
using Adit.Ssh.Tunnels;
using Adit.TestKit;

namespace Adit.Ssh.Tests.Tunnels;

public sealed class SshTunnelLinkTests
{
    [Theory]
    [InlineData(TunnelMode.PointToPoint)]
    [InlineData(TunnelMode.Ethernet)]
    public async Task Packets_ComeOutAsTheyWentIn_BothWays(TunnelMode mode)
    {
        await using TunnelPair pair = await TunnelPair.OpenAsync(mode, 5);
        byte[][] packets = [TunnelPair.Ip(4, 28), TunnelPair.Ip(6, 1500, 2), TunnelPair.Ip(4, 32_000, 3)];
        pair.Client.Send(TunnelPair.Batch(packets));
        Assert.Equal(packets.Select(Convert.ToHexString).Order(), TunnelPair.Receive(pair.Server, 3).Select(Convert.ToHexString).Order());
        pair.Server.Send(TunnelPair.Batch(packets));
        Assert.Equal(packets.Select(Convert.ToHexString).Order(), TunnelPair.Receive(pair.Client, 3).Select(Convert.ToHexString).Order());
        Assert.Equal((3, 33_528), (pair.Client.Counters.ReceivedPackets, pair.Client.Counters.ReceivedOctets));
    }

    [Theory]
    [InlineData(TunnelMode.PointToPoint, 4, "00000002")]
    [InlineData(TunnelMode.PointToPoint, 6, "00000018")]
    [InlineData(TunnelMode.Ethernet, 4, "")]
    public async Task Message_IsOnePacket_WithOpenBsdsFamilyInLayer3(TunnelMode mode, int version, string prefix)
    {
        (ConnectionPair connections, SshTunnelLink client, SshChannel server) = await TunnelPair.OpenRawAsync(mode);
        await using (connections)
        await using (client)
        {
            byte[] packet = TunnelPair.Ip(version, 100);
            client.Send(TunnelPair.Batch(packet));
            byte[] data = new byte[packet.Length + prefix.Length / 2];
            for (int at = 0; at < data.Length;) at += await server.ReadAsync(data.AsMemory(at));
            Assert.Equal(prefix + Convert.ToHexString(packet), Convert.ToHexString(data));
        }
    }

    [Fact]
    public async Task Damage_IsDroppedAndCounted_AndTheNextPacketComes()
    {
        (ConnectionPair connections, SshTunnelLink client, SshChannel server) = await TunnelPair.OpenRawAsync(TunnelMode.PointToPoint);
        await using (connections)
        await using (client)
        {
            byte[] packet = TunnelPair.Ip(4, 60);
            string[] damaged = ["", "00000002", "000000", "00000018" + Convert.ToHexString(packet), "0000000A60" + new string('0', 80), "00000002FF00"];
            foreach (string text in damaged.Where(t => t.Length > 0)) await server.WriteAsync(Convert.FromHexString(text));
            await server.WriteAsync(Convert.FromHexString("00000002" + Convert.ToHexString(packet)));
            Assert.Equal(packet, TunnelPair.Receive(client, 1)[0]);
            Assert.Equal((2, 3), (client.Counters.DroppedFor(DropReason.Truncated), client.Counters.DroppedFor(DropReason.BadHeader)));
        }
    }

    [Fact]
    public async Task SuperPacket_LeavesAsTheSegmenterCutsIt()
    {
        await using TunnelPair pair = await TunnelPair.OpenAsync(TunnelMode.PointToPoint);
        byte[] packet = new byte[40 + 60_000];
        new Random(4).NextBytes(packet);
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        packet[9] = 6;
        packet[20 + 12] = 0x50;
        packet[20 + 13] = 0x18;
        PacketBatch Super()
        {
            PacketBatch batch = TunnelPair.Batch(packet);
            ref Packet made = ref batch[0];
            (made.TransportStart, made.ChecksumOffset, made.Segmentation, made.SegmentSize, made.Flags) = (made.Offset + 20, 16, SegmentationKind.Tcp4, 1400, PacketFlags.ChecksumPartial);
            return batch;
        }

        var expected = new PacketBatch(64, 64);
        Assert.Equal(1, new PacketSegmenter().Expand(Super(), 0, expected));
        pair.Client.Send(Super());
        List<byte[]> received = TunnelPair.Receive(pair.Server, expected.Count);
        Assert.Equal(43, received.Count);
        for (int i = 0; i < received.Count; i++) Assert.Equal(expected.Octets(expected[i]).ToArray(), received[i]);
        Assert.Equal((1, 43), (pair.Client.Counters.SentPackets, pair.Client.Counters.SentSegments));
    }

    [Fact]
    public async Task WhatTheOtherSideCannotTake_IsDropped()
    {
        await using TunnelPair pair = await TunnelPair.OpenAsync(TunnelMode.PointToPoint);
        byte[] good = TunnelPair.Ip(4, 100);
        byte[] noIp = new byte[100];
        pair.Client.Send(TunnelPair.Batch(TunnelPair.Ip(4, 32_765), noIp, good));
        Assert.Equal(good, TunnelPair.Receive(pair.Server, 1)[0]);
        Assert.Equal((1, 1), (pair.Client.Counters.DroppedFor(DropReason.TooBig), pair.Client.Counters.DroppedFor(DropReason.Unsupported)));
    }

    [Fact]
    public async Task SparsePackets_GoBeforeBulk_AndNeverBeforeTheirOwnFlow()
    {
        await using ConnectionPair connections = await ConnectionPair.ConnectAsync();
        SshTunnelLink? link = null;
        var order = new List<int>();
        // Before the channel is open nothing leaves.
        await Assert.ThrowsAsync<TunnelException>(async () => await connections.Client.Connection.OpenChannelAsync("nothing", default, channel =>
        {
            link = new SshTunnelLink(channel, TunnelMode.PointToPoint);
            for (int i = 0; i < 200; i++) link.Send(TunnelPair.Batch(TunnelPair.Ip(4, 1500, i))); // more than the sparse queue holds: the rest is bulk
            link.Send(TunnelPair.Batch(TunnelPair.Ip(4, 29)));
            link.Send(TunnelPair.Batch(TunnelPair.Ip(4, 30, port: 8)));
            byte[] data = new byte[2000];
            while (link.TryNext(out int length, out bool isBulk))
            {
                link.TakeNext(data.AsSpan(0, length), isBulk);
                order.Add(length - 4);
            }
        }));
        int other = order.IndexOf(30);
        Assert.InRange(other, 30, 60); // behind what came in time, before all bulk
        Assert.Equal(29, order[^1]); // of the bulk's own flow: behind all of it
        Assert.Equal(202, order.Count);
    }

    [Fact]
    public async Task FullQueue_Drops_AndHoldsNoMoreThanItsBound()
    {
        await using ConnectionPair connections = await ConnectionPair.ConnectAsync();
        await Assert.ThrowsAsync<TunnelException>(async () => await connections.Client.Connection.OpenChannelAsync("nothing", default, channel =>
        {
            var link = new SshTunnelLink(channel, TunnelMode.PointToPoint);
            PacketBatch batch = TunnelPair.Batch(TunnelPair.Ip(4, 1500));
            for (int i = 0; i < 5000; i++)
            {
                link.Send(batch);
                batch[0].Dropped = DropReason.None;
            }

            int kept = 0;
            byte[] data = new byte[2000];
            while (link.TryNext(out int length, out bool isBulk))
            {
                link.TakeNext(data.AsSpan(0, length), isBulk);
                kept++;
            }

            Assert.InRange(kept * 1500, 1_000_000, 1200 * 1024);
            Assert.Equal(5000 - kept, link.Counters.DroppedFor(DropReason.NoRoom));
        }));
    }

    [Fact]
    public async Task SlowReader_LosesWhatExceedsTheWindow_AndNothingIsHeldBeyondIt()
    {
        await using TunnelPair pair = await TunnelPair.OpenAsync(TunnelMode.PointToPoint);
        PacketBatch batch = TunnelPair.Batch(TunnelPair.Ip(4, 1400));
        long began = Environment.TickCount64;
        // The queue fills before the connection's loop has sent the first.
        while (pair.Client.Counters.DroppedFor(DropReason.NoRoom) < 1000 || pair.Client.Counters.SentPackets == 0)
        {
            pair.Client.Send(batch);
            batch[0].Dropped = DropReason.None;
            Assert.True(Environment.TickCount64 - began < 20_000, "nothing is dropped, or nothing is sent");
        }

        // Bulk stops at its bound, though the window is larger.
        Assert.InRange(pair.Client.Counters.SentOctets, 1, TunnelCredit.FirstBound);
        // Once somebody reads, packets flow again.
        TunnelPair.Receive(pair.Server, (int)pair.Client.Counters.SentPackets + 100);
    }

    [Fact]
    public async Task EndOfTheChannel_EndsReceiving_AndOfTheConnectionFailsIt()
    {
        await using TunnelPair pair = await TunnelPair.OpenAsync(TunnelMode.PointToPoint);
        await pair.Server.DisposeAsync();
        Assert.Equal(0, pair.Client.Receive(new PacketBatch(1, 1)));
        Assert.Throws<TunnelException>(() => pair.Client.Send(TunnelPair.Batch(TunnelPair.Ip(4, 28))));

        await using TunnelPair lost = await TunnelPair.OpenAsync(TunnelMode.PointToPoint);
        Task<int> waiting = Task.Run(() => lost.Client.Receive(new PacketBatch(1, 1)));
        lost.Connections.Server.Connection.Abort();
        await Assert.ThrowsAsync<TunnelException>(() => waiting);
    }

    [Fact]
    public async Task Interrupt_EndsReceiving()
    {
        await using TunnelPair pair = await TunnelPair.OpenAsync(TunnelMode.Ethernet);
        Task<int> waiting = Task.Run(() => pair.Client.Receive(new PacketBatch(1, 1)));
        pair.Client.Interrupt();
        Assert.Equal(0, await waiting);
    }

    [Fact]
    public async Task Packet_AllocatesNothing()
    {
        await using ConnectionPair connections = await ConnectionPair.ConnectAsync();
        await Assert.ThrowsAsync<TunnelException>(async () => await connections.Client.Connection.OpenChannelAsync("nothing", default, channel =>
        {
            var link = new SshTunnelLink(channel, TunnelMode.PointToPoint);
            channel.IsScheduled = true; // the send loop is this test
            PacketBatch sending = TunnelPair.Batch([.. Enumerable.Range(0, 16).Select(i => TunnelPair.Ip(4, 1400, i))]);
            var receiving = new PacketBatch(4, 64);
            byte[] data = new byte[2000];
            int rounds = 0;
            Assert.Equal(0, Allocations.Least(1000, () =>
            {
                rounds++;
                link.Send(sending);
                while (link.TryNext(out int length, out bool isBulk))
                {
                    link.TakeNext(data.AsSpan(0, length), isBulk);
                    if (link.OnPacket(data.AsSpan(0, length), length) != 0) throw new InvalidOperationException("a packet was dropped");
                }

                link.CountSent();
                link.HandOver();
                receiving.Clear();
                if (link.Receive(receiving) != 16) throw new InvalidOperationException("packets are missing");
            }));
            Assert.Equal(16L * rounds, link.Counters.ReceivedPackets);
            channel.IsScheduled = false;
        }));
    }
}
