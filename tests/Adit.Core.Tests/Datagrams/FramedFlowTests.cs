using Adit.Core.Datagrams;
using Adit.Core.Streams;

namespace Adit.Core.Tests.Datagrams;

public sealed class FramedFlowTests
{
    private const int Patience = 60_000;

    private static CancellationToken Over => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task Datagrams_KeepTheirBoundsAndOrder()
    {
        using var pair = new MemoryStreamPair();
        await using var near = new FramedFlow(pair.First);
        await using var far = new FramedFlow(pair.Second);
        byte[] buffer = new byte[DatagramLimits.MaximumLength];
        foreach (int length in (int[])[0, 1, 2047, 2048, 2049, 65_527, 0, 3])
        {
            byte[] sent = Octets(length);
            Assert.True(near.TrySend(sent));
            Assert.Equal(length, await far.ReceiveAsync(buffer, Over));
            Assert.Equal(sent, buffer[..length]);
        }

        for (int i = 0; i < 1000; i++) Assert.True(near.TrySend(Octets(i % 100)));
        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal(i % 100, await far.ReceiveAsync(buffer, Over));
            Assert.Equal(Octets(i % 100), buffer[..(i % 100)]);
        }

        Assert.False(near.TrySend(new byte[DatagramLimits.MaximumLength + 1]));
    }

    [Fact(Timeout = Patience)]
    public async Task Wire_IsLengthAndOctets_HoweverTheyAreSplit()
    {
        byte[] wire = [0, 3, 1, 2, 3, 0, 0, 0, 1, 9];
        for (int at = 0; at <= wire.Length; at++)
        {
            using var pair = new MemoryStreamPair();
            await using var flow = new FramedFlow(pair.Second);
            await pair.First.WriteAsync(wire.AsMemory(0, at), Over);
            await pair.First.WriteAsync(wire.AsMemory(at), Over);
            await pair.First.CompleteWritesAsync(Over);
            byte[] buffer = new byte[10];
            Assert.Equal(3, await flow.ReceiveAsync(buffer, Over));
            Assert.Equal([1, 2, 3], buffer[..3]);
            Assert.Equal(0, await flow.ReceiveAsync(buffer, Over));
            Assert.Equal(1, await flow.ReceiveAsync(buffer, Over));
            Assert.Equal(-1, await flow.ReceiveAsync(buffer, Over));
            Assert.Null(flow.Failure);
        }
    }

    [Fact(Timeout = Patience)]
    public async Task StreamThatDoesNotKeepUp_CostsTheNewest_AndIsCounted()
    {
        using var pair = new MemoryStreamPair(new MemoryStreamOptions { Capacity = 4096 });
        await using var flow = new FramedFlow(pair.First);
        int taken = 0;
        while (flow.TrySend(Octets(1000))) Assert.InRange(++taken, 1, 1000);
        Assert.False(flow.TrySend(Octets(1000)));
        Assert.Equal(2, flow.Dropped);
        await using var far = new FramedFlow(pair.Second);
        byte[] buffer = new byte[2000];
        for (int i = 0; i < taken; i++) Assert.Equal(1000, await far.ReceiveAsync(buffer, Over));
        Assert.True(flow.TrySend([1]));
        Assert.Equal(1, await far.ReceiveAsync(buffer, Over));
    }

    [Fact(Timeout = Patience)]
    public async Task LyingLengthAndCutStream_EndTheFlow()
    {
        using var pair = new MemoryStreamPair();
        await using var flow = new FramedFlow(pair.Second);
        await pair.First.WriteAsync(new byte[] { 0xff, 0xff, 1 }, Over);
        Assert.Equal(-1, await flow.ReceiveAsync(new byte[10], Over));
        Assert.Equal(TunnelError.ProtocolViolation, Assert.IsType<TunnelException>(flow.Failure).Error);
        Assert.False(flow.TrySend([1]));

        using var cut = new MemoryStreamPair();
        await using var half = new FramedFlow(cut.Second);
        await cut.First.WriteAsync(new byte[] { 0, 9, 1 }, Over);
        await cut.First.CompleteWritesAsync(Over);
        Assert.Equal(-1, await half.ReceiveAsync(new byte[10], Over));
        Assert.Equal(TunnelError.ConnectionLost, Assert.IsType<TunnelException>(half.Failure).Error);
    }

    private static byte[] Octets(int length)
    {
        byte[] octets = new byte[length];
        new Random(length).NextBytes(octets);
        return octets;
    }
}
