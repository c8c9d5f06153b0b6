using Adit.Core.Links;

namespace Adit.Core.Tests.Links;

public sealed class PacketBatchTests
{
    [Fact]
    public void Prepend_UsesTheHeadroom_ThenMovesThePacket()
    {
        var batch = new PacketBatch(2);
        batch.Add([1, 2, 3]);
        ref Packet packet = ref batch[0];
        packet.NetworkStart = packet.Offset + 1;
        Assert.True(batch.TryPrepend(ref packet, PacketBatch.Headroom, out Span<byte> header));
        header.Fill(9);
        Assert.Equal(0, packet.Headroom);
        Assert.True(batch.TryPrepend(ref packet, 4, out header));
        header.Fill(8);
        Assert.Equal([8, 8, 8, 8, .. Enumerable.Repeat((byte)9, PacketBatch.Headroom), 1, 2, 3], batch.Octets(packet).ToArray());
        Assert.Equal(2, batch.Memory[packet.NetworkStart]);
        Assert.False(batch.TryPrepend(ref packet, PacketBatch.Headroom, out _));
    }

    [Fact]
    public void Dropped_AreRemovedAndCounted()
    {
        var batch = new PacketBatch(4);
        for (byte i = 0; i < 4; i++) batch.Add([i]);
        batch[1].Drop(DropReason.WrongKey);
        batch[3].Drop(DropReason.Consumed);
        var counters = new LinkCounters();
        batch.RemoveDropped(counters);
        Assert.Equal([0, 2], batch.Packets.ToArray().Select(p => (int)batch.Memory[p.Offset]));
        Assert.Equal((1, 1, 1), (counters.Dropped, counters.DroppedFor(DropReason.WrongKey), counters.DroppedFor(DropReason.Consumed)));
    }

    [Fact]
    public void NoMoreThanItHolds_IsTaken()
    {
        var batch = new PacketBatch(2, 3);
        Assert.True(batch.Add(new byte[PacketBatch.MaximumPacket]));
        Assert.False(batch.Add(new byte[PacketBatch.MaximumPacket + 1]));
        Assert.True(batch.Add([]));
        Assert.False(batch.Add([1]));
        batch.Clear();
        Assert.True(batch.Add([1]));
    }
}
