using Adit.Core.Streams;
using Adit.Platform.Descriptors;

namespace Adit.Core.Tests.Streams;

/// <summary>Two pipes as a stream: half-close, the non-blocking face, and what its end means.</summary>
public sealed class PolledStreamTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task CompletingWrites_IsTheOthersEnd_AndReadingGoesOn()
    {
        (PolledStream left, PolledStream right) = Pair();
        using (left)
        using (right)
        {
            await left.WriteAsync("question"u8.ToArray());
            await left.CompleteWritesAsync();
            await left.CompleteWritesAsync();
            byte[] buffer = new byte[100];
            Assert.Equal(8, await right.ReadAsync(buffer).AsTask().WaitAsync(Deadline));
            Assert.Equal(0, await right.ReadAsync(buffer).AsTask().WaitAsync(Deadline));
            await right.WriteAsync("answer"u8.ToArray());
            Assert.Equal(6, await left.ReadAsync(buffer).AsTask().WaitAsync(Deadline));
            TunnelException closed = await Assert.ThrowsAsync<TunnelException>(() => left.WriteAsync("more"u8.ToArray()).AsTask());
            Assert.Equal(TunnelError.Closed, closed.Error);
        }
    }

    [Fact]
    public async Task TheNonBlockingFace_TellsNothing_Octets_AndTheEnd()
    {
        (PolledStream left, PolledStream right) = Pair();
        using (left)
        {
            byte[] buffer = new byte[100];
            Assert.False(left.TryRead(buffer, out _));
            Task waiting = left.WaitReadableAsync().AsTask();
            right.TryWrite("abc"u8, out int written);
            Assert.Equal(3, written);
            await waiting.WaitAsync(Deadline);
            Assert.True(left.TryRead(buffer, out int count));
            Assert.Equal(3, count);
            right.Dispose();
            Assert.True(left.TryRead(buffer, out count));
            Assert.Equal(0, count);
            TunnelException broken = Assert.Throws<TunnelException>(() => left.TryWrite("x"u8, out _));
            Assert.Equal((TunnelError.ConnectionLost, "test: write: Broken pipe"), (broken.Error, broken.Message));
        }
    }

    [Fact]
    public async Task Disposing_EndsAReader_AndSaysSoOnce()
    {
        int ends = 0;
        (PolledStream left, PolledStream right) = Pair(() => ends++);
        using (right)
        {
            Task<int> reading = left.ReadAsync(new byte[1]).AsTask();
            left.Abort(TunnelError.Reset);
            left.Dispose();
            Assert.Equal(TunnelError.Closed, (await Assert.ThrowsAsync<TunnelException>(() => reading.WaitAsync(Deadline))).Error);
            Assert.Equal(1, ends);
        }
    }

    private static (PolledStream Left, PolledStream Right) Pair(Action? ended = null)
    {
        (DescriptorHandle leftReader, DescriptorHandle rightWriter) = DescriptorPipe.Create();
        (DescriptorHandle rightReader, DescriptorHandle leftWriter) = DescriptorPipe.Create();
        return (new PolledStream(new PolledDescriptor(leftReader), new PolledDescriptor(leftWriter), "test", ended), new PolledStream(new PolledDescriptor(rightReader), new PolledDescriptor(rightWriter), "test"));
    }
}
