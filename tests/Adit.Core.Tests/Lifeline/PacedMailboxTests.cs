using Adit.Core.Lifeline;
using Adit.Core.Mailboxes;
using Adit.TestKit.Time;

namespace Adit.Core.Tests.Lifeline;

public sealed class PacedMailboxTests
{
    private static readonly LifelineProfile s_profile = new() { Name = "test" };

    private static CancellationToken Over => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sending_TakesItsTime()
    {
        var time = new VirtualTime();
        (MemoryMailbox left, MemoryMailbox right) = MemoryMailbox.CreatePair(s_profile, 1000);
        await using var paced = new PacedMailbox(left, 10_000, time);
        // A second's worth at once.
        for (int i = 0; i < 10; i++) await SendAsync(paced);
        await SendAsync(paced);
        Task next = SendAsync(paced);
        time.Advance(TimeSpan.FromMilliseconds(90));
        Assert.False(next.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(20));
        await next.WaitAsync(TimeSpan.FromSeconds(20), Over);
        byte[] room = new byte[1000];
        for (int i = 0; i < 12; i++) Assert.Equal(1000, await right.ReceiveAsync(room, Over));
    }

    [Fact]
    public async Task Receiving_TakesItsTime()
    {
        var time = new VirtualTime();
        (MemoryMailbox left, MemoryMailbox right) = MemoryMailbox.CreatePair(s_profile, 1000);
        await using var paced = new PacedMailbox(right, 10_000, time);
        for (int i = 0; i < 12; i++) await left.SendAsync(new byte[1000], Over);
        byte[] room = new byte[1000];
        for (int i = 0; i < 11; i++) Assert.Equal(1000, await paced.ReceiveAsync(room, Over));
        Task<int> next = paced.ReceiveAsync(room, Over).AsTask();
        time.Advance(TimeSpan.FromMilliseconds(90));
        Assert.False(next.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Equal(1000, await next.WaitAsync(TimeSpan.FromSeconds(20), Over));
        await left.DisposeAsync();
        next = paced.ReceiveAsync(room, Over).AsTask();
        time.Advance(TimeSpan.FromMilliseconds(110));
        Assert.Equal(0, await next.WaitAsync(TimeSpan.FromSeconds(20), Over));
    }

    private static async Task SendAsync(PacedMailbox mailbox)
    {
        await mailbox.WaitForRoomAsync(Over);
        await mailbox.SendAsync(new byte[1000], Over);
    }
}
