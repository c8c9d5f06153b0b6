using Adit.Core.Links;

namespace Adit.Core.Tests.Links;

/// <summary>Faults on purpose: the engine under virtual time, the link around a link in memory.</summary>
public sealed class FaultTests
{
    private const long Millisecond = TimeSpan.TicksPerMillisecond;

    [Theory]
    [InlineData("loss=1%,seed=1", "loss=1%,seed=1")]
    [InlineData("loss=0.015,delay=20ms,jitter=1.5ms,rate=10m,reorder=2%,duplicate=3%,corrupt=0.1%,seed=7,queue=5", "loss=1.5%,delay=20ms,jitter=1.5ms,rate=10000000,reorder=2%,duplicate=3%,corrupt=0.1%,seed=7,queue=5")]
    [InlineData("delay=250us", "delay=0.25ms,seed=1")]
    public void Words_AreRead_AndWritten(string text, string written)
    {
        Assert.True(FaultOptions.TryParse(text, out FaultOptions? options, out string? why), why);
        Assert.Equal(written, options!.ToString());
        Assert.True(FaultOptions.TryParse(written, out FaultOptions? again, out _));
        Assert.Equal(options, again);
    }

    [Theory]
    [InlineData("loss=2", "loss: expected a part such as 1% or 0.01, got '2'")]
    [InlineData("loss", "loss: expected a part such as 1% or 0.01, got ''")]
    [InlineData("delay=20", "delay: expected a time to 60s such as 20ms, got '20'")]
    [InlineData("rate=0", "rate: expected bits a second such as 500k, 10m or 1g, got '0'")]
    [InlineData("lost=1%", "expected loss, delay, jitter, rate, reorder, duplicate, corrupt, seed or queue, got 'lost'")]
    [InlineData("loss=1%,loss=1%", "loss: expected once, got twice")]
    [InlineData("reorder=1%", "reorder: expected a delay beside it that others wait for, got none")]
    [InlineData("delay=1ms,jitter=2ms", "jitter: expected at most the delay of 1ms, got 2ms")]
    public void WrongWords_AreTold(string text, string expected)
    {
        Assert.False(FaultOptions.TryParse(text, out _, out string? why));
        Assert.Equal(expected, why);
    }

    [Fact]
    public void Seed_DecidesAlone()
    {
        FaultOptions options = Read("loss=10%,delay=5ms,jitter=5ms,duplicate=10%,corrupt=10%,reorder=10%,seed=42");
        var one = new FaultEngine(options);
        var other = new FaultEngine(options);
        var third = new FaultEngine(options with { Seed = 43 });
        bool differs = false;
        for (int i = 0; i < 1000; i++)
        {
            FaultVerdict verdict = one.Judge(100, 0, i * Millisecond);
            Assert.Equal(verdict, other.Judge(100, 0, i * Millisecond));
            differs |= verdict != third.Judge(100, 0, i * Millisecond);
        }

        Assert.True(differs);
        // Written down once: the same on every machine, and in every version.
        Assert.Equal(new FaultVerdict(DropReason.None, 1, 0, -1), new FaultEngine(Read("loss=50%,seed=1")).Judge(1, 0, 0));
    }

    [Fact]
    public void Parts_AreWhatWasAskedFor()
    {
        const int Packets = 100_000;
        var engine = new FaultEngine(Read("loss=5%,duplicate=2%,corrupt=1%,seed=9"));
        int lost = 0, doubled = 0, corrupted = 0;
        for (int i = 0; i < Packets; i++)
        {
            FaultVerdict verdict = engine.Judge(64, 0, 0);
            if (verdict.Dropped == DropReason.Fault) lost++;
            if (verdict.Copies == 2) doubled++;
            if (verdict.TurnedBit >= 0) corrupted++;
            Assert.InRange(verdict.TurnedBit, -1, 64 * 8 - 1);
        }

        Assert.InRange(lost, Packets * 0.045, Packets * 0.055);
        Assert.InRange(doubled, Packets * 0.95 * 0.017, Packets * 0.95 * 0.023);
        Assert.InRange(corrupted, Packets * 0.95 * 0.008, Packets * 0.95 * 0.012);
    }

    [Fact]
    public void Rate_SpacesPackets_AndTheQueueIsBounded()
    {
        var engine = new FaultEngine(Read("rate=8k,queue=3"));
        Assert.Equal([100, 200, 300], Enumerable.Range(0, 3).Select(i => engine.Judge(100, i, 0).At / Millisecond));
        Assert.Equal(DropReason.NoRoom, engine.Judge(100, 3, 0).Dropped);
        Assert.Equal(1100, engine.Judge(100, 0, 1000 * Millisecond).At / Millisecond);
    }

    [Fact]
    public void Jitter_KeepsTheOrder_ReorderDoesNot()
    {
        var jitter = new FaultEngine(Read("delay=20ms,jitter=20ms"));
        long last = 0;
        for (int i = 0; i < 1000; i++)
        {
            long at = jitter.Judge(1, 0, i * Millisecond).At;
            Assert.True(at >= last && at <= i * Millisecond + 40 * Millisecond || at == last);
            last = at;
        }

        var reorder = new FaultEngine(Read("delay=20ms,reorder=10%"));
        Assert.Contains(Enumerable.Range(0, 100), i => reorder.Judge(1, 0, i * Millisecond).At == i * Millisecond);
    }

    [Fact]
    public async Task Link_LosesAndCounts_AndWhatComesIsWhole()
    {
        (MemoryLink near, MemoryLink far) = MemoryLink.CreatePair(new LinkProperties { Medium = Medium.Ip, TakesSegmentation = true });
        await using var link = new FaultLink(near, Read("loss=50%,seed=3"));
        Assert.False(link.Properties.TakesSegmentation);
        var batch = new PacketBatch();
        for (int i = 0; i < 60; i++) Assert.True(batch.Add([(byte)i, 2, 3]));
        link.Send(batch);
        var got = new PacketBatch();
        int count = far.TryReceive(got);
        Assert.Equal(60, count + link.Counters.DroppedFor(DropReason.Fault));
        Assert.InRange(count, 15, 45);
        int before = -1;
        foreach (ref readonly Packet packet in got.Packets)
        {
            Assert.Equal((2, 3), (got.Octets(packet)[1], got.Octets(packet)[2]));
            Assert.True(got.Octets(packet)[0] > before);
            before = got.Octets(packet)[0];
        }
    }

    [Fact]
    public async Task Link_TurnsOneBit_OfADoubledPacket()
    {
        (MemoryLink near, MemoryLink far) = MemoryLink.CreatePair(new LinkProperties { Medium = Medium.Ip });
        await using var link = new FaultLink(near, Read("duplicate=100%,corrupt=100%"));
        var batch = new PacketBatch();
        batch.Add(new byte[100]);
        link.Send(batch);
        var got = new PacketBatch();
        Assert.Equal(2, far.TryReceive(got));
        foreach (ref readonly Packet packet in got.Packets)
        {
            int bits = 0;
            foreach (byte octet in got.Octets(packet)) bits += int.PopCount(octet);
            Assert.Equal(1, bits);
        }
    }

    [Fact]
    public async Task Link_Delays_InOrder()
    {
        (MemoryLink near, MemoryLink far) = MemoryLink.CreatePair(new LinkProperties { Medium = Medium.Ip });
        await using var link = new FaultLink(near, Read("delay=30ms,jitter=5ms"));
        long began = Environment.TickCount64;
        var batch = new PacketBatch();
        for (int i = 0; i < 20; i++) batch.Add([(byte)i]);
        link.Send(batch);
        Assert.Equal(0, far.Waiting);
        var octets = new List<byte>();
        var got = new PacketBatch();
        while (octets.Count < 20)
        {
            got.Clear();
            Assert.NotEqual(0, far.Receive(got));
            foreach (ref readonly Packet packet in got.Packets) octets.Add(got.Octets(packet)[0]);
        }

        Assert.True(Environment.TickCount64 - began >= 20);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => (byte)i), octets);
    }

    private static FaultOptions Read(string text) => FaultOptions.TryParse(text, out FaultOptions? options, out string? why) ? options! : throw new FormatException(why);
}
