using Adit.Core.Links;
using Adit.Core.Streams;

namespace Adit.Core.Tests.Links;

public sealed class StreamLinkTests
{
    [Fact]
    public async Task Packets_ComeWhole_HoweverTheStreamIsCut()
    {
        using var pair = new MemoryStreamPair();
        (DuplexStream left, DuplexStream right) = (pair.First, pair.Second);
        await using var link = new StreamLink(left, "test", Medium.Ip);
        byte[] octets = [0, 0, 0, 3, 1, 2, 3, 0, 1, 9, 0, 2, 7];
        foreach (byte octet in octets) await right.WriteAsync(new[] { octet });
        await right.WriteAsync(new byte[] { 8 });
        var batch = new PacketBatch(8);
        var got = new List<byte[]>();
        while (got.Count < 3)
        {
            batch.Clear();
            Assert.NotEqual(0, await Task.Run(() => link.Receive(batch)));
            foreach (Packet packet in batch.Packets.ToArray()) got.Add(batch.Octets(packet).ToArray());
        }

        Assert.Equal([[1, 2, 3], [9], [7, 8]], got);
    }

    [Fact]
    public async Task Megabytes_GoBothWays_AndWhatDoesNotFitIsCounted()
    {
        using var pair = new MemoryStreamPair();
        (DuplexStream a, DuplexStream b) = (pair.First, pair.Second);
        await using var left = new StreamLink(a, "left", Medium.Ip);
        await using var right = new StreamLink(b, "right", Medium.Ip);
        const int packets = 20_000;
        Task<int> receiving = Task.Run(() =>
        {
            var batch = new PacketBatch(64);
            int got = 0;
            uint last = 0;
            while (true)
            {
                batch.Clear();
                if (right.Receive(batch) == 0) return got;
                foreach (ref readonly Packet packet in batch.Packets)
                {
                    uint number = BitConverter.ToUInt32(batch.Octets(packet));
                    Assert.True(number > last);
                    Assert.Equal((int)(4 + (number % 1400)), packet.Length);
                    last = number;
                    got++;
                }
            }
        });
        var sending = new PacketBatch(1);
        byte[] octets = new byte[1500];
        for (uint i = 1; i <= packets; i++)
        {
            sending.Clear();
            BitConverter.TryWriteBytes(octets, i);
            sending.Add(octets.AsSpan(0, (int)(4 + (i % 1400))));
            left.Send(sending);
        }

        long sent = left.Counters.SentPackets;
        Assert.Equal(packets, sent + left.Counters.DroppedFor(DropReason.NoRoom));
        DateTime deadline = DateTime.UtcNow.AddSeconds(20);
        while (right.Counters.ReceivedPackets < sent && DateTime.UtcNow < deadline) await Task.Delay(5);
        right.Interrupt();
        Assert.Equal(sent, await receiving);
    }

    [Fact]
    public async Task TheEndOfTheStream_IsTheEndOfTheLink()
    {
        using var pair = new MemoryStreamPair();
        (DuplexStream left, DuplexStream right) = (pair.First, pair.Second);
        await using var link = new StreamLink(left, "test", Medium.Ip);
        await right.DisposeAsync();
        var batch = new PacketBatch(1);
        await Assert.ThrowsAsync<TunnelException>(() => Task.Run(() => link.Receive(batch)));
    }
}
