using Adit.Core.Streams;
using Adit.TestKit.Time;

namespace Adit.Core.Tests.Streams;

public sealed class MemoryStreamPairTests
{
    private readonly byte[] _buffer = new byte[1024];

    [Fact]
    public async Task Octets_ArriveInOrder_InBothDirections()
    {
        using var pair = new MemoryStreamPair(new() { Capacity = 1000 });
        byte[] sent = new byte[300_000];
        new Random(1).NextBytes(sent);
        Task forth = SendAsync(pair.First, sent);
        Task back = SendAsync(pair.Second, sent);
        byte[][] received = await Task.WhenAll(ReceiveAsync(pair.Second), ReceiveAsync(pair.First));
        await Task.WhenAll(forth, back);
        Assert.Equal(sent, received[0]);
        Assert.Equal(sent, received[1]);
    }

    [Fact]
    public async Task HalfClose_LeavesTheOtherDirectionOpen()
    {
        using var pair = new MemoryStreamPair();
        await pair.First.WriteAsync("question"u8.ToArray());
        await pair.First.CompleteWritesAsync();
        await pair.First.CompleteWritesAsync();
        Assert.Equal("question"u8.ToArray(), await ReceiveAsync(pair.Second));
        await pair.Second.WriteAsync("answer"u8.ToArray());
        await pair.Second.CompleteWritesAsync();
        Assert.Equal("answer"u8.ToArray(), await ReceiveAsync(pair.First));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await pair.First.WriteAsync(_buffer));
    }

    [Fact]
    public async Task FullBuffer_HoldsTheWriter_UntilTheReaderTakes()
    {
        using var pair = new MemoryStreamPair(new() { Capacity = 10 });
        Task write = pair.First.WriteAsync(new byte[15]).AsTask();
        Assert.False(write.IsCompleted);
        Assert.Equal(4, await pair.Second.ReadAsync(_buffer.AsMemory(0, 4)));
        Assert.False(write.IsCompleted);
        Assert.Equal(6, await pair.Second.ReadAsync(_buffer.AsMemory(0, 6)));
        await write;
    }

    [Fact]
    public async Task Latency_DelaysOctetsAndTheEnd()
    {
        var time = new VirtualTime();
        using var pair = new MemoryStreamPair(new() { Latency = TimeSpan.FromMilliseconds(40), TimeProvider = time });
        await pair.First.WriteAsync(new byte[3]);
        Task<int> read = pair.Second.ReadAsync(_buffer).AsTask();
        time.Advance(TimeSpan.FromMilliseconds(20));
        await pair.First.WriteAsync(new byte[5]);
        await pair.First.CompleteWritesAsync();
        time.Advance(TimeSpan.FromMilliseconds(19));
        Assert.False(read.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(3, await read);

        read = pair.Second.ReadAsync(_buffer).AsTask();
        Assert.True(time.AdvanceToNextTimer());
        Assert.Equal(TimeSpan.FromMilliseconds(60), time.Elapsed);
        Assert.Equal(5, await read);
        Assert.Equal(0, await pair.Second.ReadAsync(_buffer));
    }

    [Fact]
    public async Task Latency_OnTheSystemClock_LosesNothing()
    {
        using var pair = new MemoryStreamPair(new() { Latency = TimeSpan.FromMilliseconds(2), Capacity = 5000 });
        byte[] sent = new byte[50_000];
        new Random(2).NextBytes(sent);
        Task send = SendAsync(pair.First, sent);
        Assert.Equal(sent, await ReceiveAsync(pair.Second));
        await send;
    }

    [Fact]
    public void Arrival_IsATimer_ThoughNobodyReadsYet()
    {
        var time = new VirtualTime();
        using var pair = new MemoryStreamPair(new() { Latency = TimeSpan.FromMilliseconds(40), TimeProvider = time });
        var (first, second) = ((IReadyStream)pair.First, (IReadyStream)pair.Second);
        first.TryWrite(new byte[3], out _);
        Assert.False(second.TryRead(_buffer, out _));
        Assert.True(time.AdvanceToNextTimer());
        Assert.True(second.TryRead(_buffer, out int count));
        Assert.Equal(3, count);
    }

    [Fact]
    public async Task EmptyRead_CompletesWhenSomethingIsThere()
    {
        using var pair = new MemoryStreamPair();
        Task<int> read = pair.Second.ReadAsync(Memory<byte>.Empty).AsTask();
        Assert.False(read.IsCompleted);
        await pair.First.WriteAsync(new byte[2]);
        Assert.Equal(0, await read);
        Assert.Equal(2, await pair.Second.ReadAsync(_buffer));
    }

    [Fact]
    public async Task Cut_FailsBothEnds()
    {
        using var pair = new MemoryStreamPair();
        await pair.First.WriteAsync(new byte[2]);
        Task<int> pending = pair.First.ReadAsync(_buffer).AsTask();
        pair.Cut();
        Assert.Equal(TunnelError.ConnectionLost, await ErrorOf(pending));
        Assert.Equal(TunnelError.ConnectionLost, await ErrorOf(pair.Second.ReadAsync(_buffer).AsTask()));
        Assert.Equal(TunnelError.ConnectionLost, await ErrorOf(pair.Second.WriteAsync(_buffer).AsTask()));
    }

    [Fact]
    public async Task CutAfter_DeliversSoManyOctetsAndNoMore()
    {
        using var pair = new MemoryStreamPair(new() { CutAfter = 100 });
        await pair.First.WriteAsync(new byte[60]);
        await pair.First.WriteAsync(new byte[60]);
        Assert.Equal(100, await pair.Second.ReadAsync(_buffer));
        Assert.Equal(TunnelError.ConnectionLost, await ErrorOf(pair.Second.ReadAsync(_buffer).AsTask()));
        Assert.Equal(TunnelError.ConnectionLost, await ErrorOf(pair.First.ReadAsync(_buffer).AsTask()));
    }

    [Fact]
    public async Task Stall_IsSilent_AndResumeDelivers()
    {
        using var pair = new MemoryStreamPair();
        pair.Stall();
        await pair.First.WriteAsync(new byte[7]);
        Task<int> read = pair.Second.ReadAsync(_buffer).AsTask();
        Assert.False(read.IsCompleted);
        pair.Resume();
        Assert.Equal(7, await read);
    }

    [Fact]
    public async Task Abort_ResetsThePeer_AndFailsThisEndWithItsError()
    {
        using var pair = new MemoryStreamPair();
        await pair.First.WriteAsync(new byte[7]);
        pair.First.Abort(TunnelError.TimedOut);
        Assert.Equal(TunnelError.Reset, await ErrorOf(pair.Second.ReadAsync(_buffer).AsTask()));
        Assert.Equal(TunnelError.Reset, await ErrorOf(pair.Second.WriteAsync(_buffer).AsTask()));
        Assert.Equal(TunnelError.TimedOut, await ErrorOf(pair.First.ReadAsync(_buffer).AsTask()));
    }

    [Fact]
    public async Task Dispose_DeliversWhatWasWritten_ThenEnds_AndResetsAWriter()
    {
        using var pair = new MemoryStreamPair();
        await pair.First.WriteAsync(new byte[7]);
        await pair.First.DisposeAsync();
        Assert.Equal(7, await pair.Second.ReadAsync(_buffer));
        Assert.Equal(0, await pair.Second.ReadAsync(_buffer));
        Assert.Equal(TunnelError.Reset, await ErrorOf(pair.Second.WriteAsync(_buffer).AsTask()));
        Assert.Equal(TunnelError.Closed, await ErrorOf(pair.First.ReadAsync(_buffer).AsTask()));
    }

    [Fact]
    public async Task Cancellation_EndsTheWait_AndTheStreamGoesOn()
    {
        using var pair = new MemoryStreamPair(new() { Capacity = 4 });
        using var cancellation = new CancellationTokenSource();
        Task<int> read = pair.Second.ReadAsync(_buffer, cancellation.Token).AsTask();
        Task write = pair.Second.WriteAsync(new byte[5], cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
        await pair.First.WriteAsync(new byte[3]);
        Assert.Equal(3, await pair.Second.ReadAsync(_buffer));
        Assert.Equal(4, await pair.First.ReadAsync(_buffer));
        await pair.Second.WriteAsync(new byte[4]);
    }

    [Fact]
    public async Task SecondReadAtOnce_IsTheCallersMistake()
    {
        using var pair = new MemoryStreamPair();
        Task<int> first = pair.First.ReadAsync(_buffer).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(() => pair.First.ReadAsync(_buffer).AsTask());
        pair.Cut();
        Assert.Equal(TunnelError.ConnectionLost, await ErrorOf(first));
    }

    [Fact]
    public async Task ReadyFace_TellsWhatIsThereNow()
    {
        using var pair = new MemoryStreamPair(new() { Capacity = 4 });
        var first = (IReadyStream)pair.First;
        var second = (IReadyStream)pair.Second;
        Assert.False(second.TryRead(_buffer, out _));
        ValueTask readable = second.WaitReadableAsync();
        first.TryWrite(new byte[6], out int written);
        Assert.Equal(4, written);
        first.TryWrite(new byte[6], out written);
        Assert.Equal(0, written);
        await readable;
        Assert.True(second.TryRead(_buffer, out int count));
        Assert.Equal(4, count);
        await pair.First.CompleteWritesAsync();
        Assert.True(second.TryRead(_buffer, out count));
        Assert.Equal(0, count);
    }

    private static async Task SendAsync(DuplexStream stream, byte[] octets)
    {
        for (int at = 0; at < octets.Length; at += 777) await stream.WriteAsync(octets.AsMemory(at, Math.Min(777, octets.Length - at)));
        await stream.CompleteWritesAsync();
    }

    private static async Task<byte[]> ReceiveAsync(DuplexStream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, 512);
        return all.ToArray();
    }

    private static async Task<TunnelError> ErrorOf(Task task) => (await Assert.ThrowsAsync<TunnelException>(() => task)).Error;
}
