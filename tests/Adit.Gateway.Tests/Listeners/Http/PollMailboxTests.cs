using Adit.Carriers.Http.Polls;
using Adit.Gateway.Listeners.Http;
using Adit.TestKit.Time;

namespace Adit.Gateway.Tests.Listeners.Http;

/// <summary>Which requests are held, for how long, and what they are answered with.</summary>
public sealed class PollMailboxTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromTicks(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly VirtualTime _time = new();

    [Fact]
    public async Task WhatIsSaid_LeavesInTheOldestRequest()
    {
        PollMailbox mailbox = New(isConfirmed: true);
        Task<ArraySegment<byte>?> first = Ask(mailbox), second = Ask(mailbox);
        await mailbox.SendAsync(new byte[] { 1, 2 });
        await mailbox.SendAsync(new byte[] { 3 });
        Assert.False(first.IsCompleted);
        await mailbox.FlushAsync();
        Assert.Equal([0, 2, 1, 2, 0, 1, 3], await OctetsOf(first));
        Assert.False(second.IsCompleted);
        await mailbox.SendAsync(new byte[] { 4 });
        await mailbox.FlushAsync();
        Assert.Equal([0, 1, 4], await OctetsOf(second));
        // Nobody asks: it waits for the next one.
        await mailbox.SendAsync(new byte[] { 5 });
        await mailbox.FlushAsync();
        Assert.Equal([0, 1, 5], await OctetsOf(Ask(mailbox)));
    }

    [Fact]
    public async Task OneRequestTooMany_ReleasesTheOldest()
    {
        PollMailbox mailbox = New(isConfirmed: true);
        Task<ArraySegment<byte>?>[] held = [.. Enumerable.Range(0, HttpPolls.Held + 1).Select(_ => Ask(mailbox))];
        Assert.Empty(await OctetsOf(held[0]));
        Assert.DoesNotContain(held[1..], h => h.IsCompleted);
    }

    [Fact]
    public async Task RequestWithoutAnswer_IsHeldFor20Seconds()
    {
        PollMailbox mailbox = New(isConfirmed: true);
        Task<ArraySegment<byte>?> held = Ask(mailbox);
        _time.Advance(HttpPolls.Hold - Moment);
        Assert.False(held.IsCompleted);
        _time.Advance(Moment);
        Assert.Empty(await OctetsOf(held));
    }

    [Fact]
    public async Task Stranger_IsHeldFor5Seconds_AndForgottenAfter30()
    {
        PollMailbox mailbox = New(isConfirmed: false);
        Task<ArraySegment<byte>?> held = Ask(mailbox);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(await held.WaitAsync(Patience));
        ValueTask<int> receiving = mailbox.ReceiveAsync(new byte[10]);
        _time.Advance(TimeSpan.FromSeconds(25));
        Assert.False(receiving.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(0, await receiving.AsTask().WaitAsync(Patience));
        Assert.Null(await Ask(mailbox).WaitAsync(Patience));
    }

    [Fact]
    public async Task ClientThatDoesNotAskForAMinute_IsGone()
    {
        PollMailbox mailbox = New(isConfirmed: true);
        ValueTask<int> receiving = mailbox.ReceiveAsync(new byte[10]);
        for (int i = 0; i < 10; i++)
        {
            Task<ArraySegment<byte>?> held = Ask(mailbox);
            _time.Advance(TimeSpan.FromSeconds(20));
            Assert.Empty(await OctetsOf(held));
        }

        Assert.False(receiving.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(70));
        Assert.Equal(0, await receiving.AsTask().WaitAsync(Patience));
    }

    [Fact]
    public async Task SenderThatNobodyAsks_WaitsBehindOneFullBatch()
    {
        PollMailbox mailbox = New(isConfirmed: true);
        int sent = 0;
        ValueTask room = mailbox.WaitForRoomAsync();
        for (; room.IsCompleted && sent < 100; sent++, room = mailbox.WaitForRoomAsync()) await mailbox.SendAsync(new byte[32 * 1024]);
        Assert.Equal(8, sent);
        Assert.Equal(7 * (2 + (32 * 1024)), (await OctetsOf(Ask(mailbox))).Length);
        await room.AsTask().WaitAsync(Patience);
    }

    [Fact]
    public async Task RequestThatIsGone_TakesNothingWithIt()
    {
        PollMailbox mailbox = New(isConfirmed: true);
        using var gone = new CancellationTokenSource();
        Task<ArraySegment<byte>?> held = mailbox.HoldAsync(gone.Token);
        await gone.CancelAsync();
        Assert.Empty(await OctetsOf(held));
        await mailbox.SendAsync(new byte[] { 7 });
        await mailbox.FlushAsync();
        Assert.Equal([0, 1, 7], await OctetsOf(Ask(mailbox)));
    }

    private PollMailbox New(bool isConfirmed) => new(null, _time) { IsConfirmed = isConfirmed };

    private static Task<ArraySegment<byte>?> Ask(PollMailbox mailbox) => mailbox.HoldAsync(CancellationToken.None);

    private static async Task<byte[]> OctetsOf(Task<ArraySegment<byte>?> held)
    {
        ArraySegment<byte> batch = (await held.WaitAsync(Patience))!.Value;
        byte[] octets = [.. batch];
        HttpPollQueue.Return(batch);
        return octets;
    }
}
