using Adit.Carriers.Dns;
using Adit.Core;

namespace Adit.Carriers.Tests.Dns;

/// <summary>The client's window against a simulated resolver: growth, limits, loss, holds, outages.</summary>
public sealed class DnsSlotWindowTests
{
    private const long Second = 1_000_000;

    [Fact]
    public void Window_DoublesPerRoundTrip_UpToItsMaximum()
    {
        var path = new SimulatedResolver(new DnsSlotWindowOptions());
        path.Run(49_000);
        Assert.Equal((8, 8), (path.Sent, path.Window.Window));
        path.Run(50_000);
        Assert.Equal(16, path.Window.Window);
        path.Run(50_000);
        Assert.Equal(32, path.Window.Window);
        path.Run(200_000);
        Assert.Equal((256, 256), (path.Window.Window, path.Window.Outstanding));
        Assert.Equal(0, path.Window.Shrinks);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8_000)]
    public void SlowResolver_IsKeptBusy_AndItsQueueShort(long jitter)
    {
        var path = new SimulatedResolver(new DnsSlotWindowOptions()) { Conditions = new ResolverConditions { Capacity = 1000, Jitter = jitter } };
        path.Run(3 * Second);
        path.ClearCounts();
        path.Run(20 * Second);
        Assert.InRange(path.Delivered / 20.0, 930, 1001);
        Assert.InRange(path.DelaySum / path.Delivered, 45_000, 110_000 + (3 * jitter));
        Assert.Equal(0, path.Failures);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(true, 2)]
    [InlineData(false, 3)]
    public void RateLimit_IsUsed_AndNotHammered(bool saysRefused, int seed)
    {
        var path = new SimulatedResolver(new DnsSlotWindowOptions(), seed) { Conditions = new ResolverConditions { RateLimit = 200, SaysRefused = saysRefused, Jitter = 1_000 } };
        path.Run(5 * Second);
        path.ClearCounts();
        path.Run(30 * Second);
        Assert.True(path.Delivered / 30.0 >= 190 && path.Failures <= path.Sent * 0.12,
            $"{path.Delivered / 30.0}/s, {path.Failures} of {path.Sent} failed, window {path.WindowSeconds / 30}, base {path.Window.BaseDelay}");
    }

    [Fact]
    public void LongNames_ThatTakeTwoRounds_AreNoFullPath()
    {
        var window = new DnsSlotWindow(new DnsSlotWindowOptions());
        long now = Second;
        for (int round = 0; round < 40; round++)
        {
            long[] sent = [.. Enumerable.Range(0, window.Window).Select(i => window.OnSent(now + i, i % 4 == 0 ? DnsNameRounds.One : DnsNameRounds.Two))];
            for (int i = 0; i < sent.Length; i++)
            {
                if (i % 4 == 0) window.OnAnswered(sent[i], now + i + 50_000, 0);
            }

            for (int i = 0; i < sent.Length; i++)
            {
                if (i % 4 != 0) window.OnAnswered(sent[i], now + i + 95_000, 0);
            }

            now += 100_000;
        }

        Assert.Equal((256, 0), (window.Window, window.Shrinks));
        Assert.InRange(window.RoundTrip, 49_000, 52_000);
    }

    [Fact]
    public void HalfNamesThatOthersAskForToo_TellNothing()
    {
        var path = new SimulatedResolver(new DnsSlotWindowOptions()) { Conditions = new ResolverConditions { Jitter = 2_000 } };
        path.Run(Second); // a download's polls
        path.Names = i => i % 3 == 0 ? DnsNameRounds.Either : DnsNameRounds.One;
        path.Run(Second); // with acknowledgements
        path.Names = _ => DnsNameRounds.Two;
        path.ClearCounts();
        path.Run(5 * Second);
        Assert.Equal((256, 0), (path.Window.Window, path.Window.Shrinks));
        Assert.InRange(path.Delivered / 5.0, 2500, 2850);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void LongNames_SomeOfWhichTakeOneRound_CostTheWindowASecond(int seed)
    {
        var path = new SimulatedResolver(new DnsSlotWindowOptions(), seed) { Conditions = new ResolverConditions { Jitter = 2_000, Shortcuts = 0.01 } };
        path.Run(Second);
        path.Names = _ => DnsNameRounds.Two;
        path.Run(2 * Second);
        path.ClearCounts();
        path.Run(10 * Second);
        Assert.True(path.Delivered / 10.0 >= 1800, $"{path.Delivered / 10.0}/s, window {path.WindowSeconds / 10}, base {path.Window.BaseDelay}, shrinks {path.Window.Shrinks}");
    }

    [Fact]
    public void OnePercentLossOnEachWay_LeavesMostOfTheWindow()
    {
        foreach (int seed in (int[])[1, 2, 3])
        {
            var path = new SimulatedResolver(new DnsSlotWindowOptions(), seed) { Conditions = new ResolverConditions { Loss = 0.01, Jitter = 2_000 } };
            path.Run(2 * Second);
            path.ClearCounts();
            path.Run(20 * Second);
            Assert.True(path.WindowSeconds / 20 >= 60 && path.Delivered / 20.0 >= 950, $"window {path.WindowSeconds / 20}, {path.Delivered / 20.0}/s, shrinks {path.Window.Shrinks}");
        }
    }

    [Fact]
    public void Idle_IsOneHeldSlot_AndHoldsAreNoFailures()
    {
        var path = new SimulatedResolver(new DnsSlotWindowOptions()) { Backlog = 0 };
        path.Run(30 * Second);
        Assert.Equal((1, 0, 0), (path.MostOutstanding, path.Failures, path.Window.Shrinks));
        Assert.InRange(path.Sent, 28, 50); // holds grow from 100 ms to 1 s
        Assert.InRange(path.Window.BaseDelay, 49_000, 51_000);
        Assert.InRange(path.Window.RoundTrip, 49_000, 51_000);
    }

    [Fact]
    public void HeldAnswers_DoNotShrinkTheWindow()
    {
        var path = new SimulatedResolver(new DnsSlotWindowOptions());
        path.Run(Second);
        path.Backlog = 0;
        path.Run(5 * Second); // all slots are held, and come back one after the other
        for (int i = 0; i < 20; i++)
        {
            path.AddBacklog(40);
            path.Run(300_000);
        }

        Assert.Equal((0, 0, 256), (path.Failures, path.Window.Shrinks, path.Window.Window));
    }

    [Fact]
    public void Keystrokes_WhoseHoldsAreShort_LeaveIdlePollsTheirTime()
    {
        var path = new SimulatedResolver(new DnsSlotWindowOptions()) { Backlog = 0 };
        path.Run(10 * Second);
        path.ClearCounts();
        for (int i = 0; i < 30; i++)
        {
            path.Run((3 * Second) + (i * 33_333));
            path.AddBacklog(1); // what is held hears it, sooner or later
        }

        Assert.Equal((0, 0L, 0), (path.Failures, path.Window.Late, path.Window.Shrinks));
        Assert.InRange(path.Sent, 90, 170);
    }

    [Fact]
    public void LateAnswer_TellsHowLongAServerHolds()
    {
        var window = new DnsSlotWindow(new DnsSlotWindowOptions());
        long[] expired = new long[4];
        for (int i = 0; i < 20; i++) window.OnAnswered(window.OnSent(i * 50_000), (i + 1) * 50_000, 0);
        long slot = window.OnSent(Second);
        Assert.Equal(1, window.Expire((2 * Second) - 50_000, expired));
        Assert.False(window.OnAnswered(slot, 2 * Second, 950_000));
        slot = window.OnSent(2 * Second);
        window.OnAnswered(slot, (2 * Second) + 55_000, 5_000); // a short one takes nothing back
        window.OnSent(3 * Second);
        Assert.Equal(0, window.Expire((4 * Second) + 600_000, expired));
        Assert.Equal(1, window.Expire(5 * Second, expired));
    }

    [Fact]
    public void PollsThatWaitAfterABurst_AreNotLost()
    {
        var path = new SimulatedResolver(new DnsSlotWindowOptions());
        path.Backlog = 0;
        path.Run(10 * Second);
        for (int i = 0; i < 20; i++)
        {
            path.AddBacklog(2000);
            path.Run(Second);
            path.AddBacklog(1);
            path.Run(5 * Second);
        }

        Assert.Equal((0, 0L, 0, 256), (path.Failures, path.Window.Late, path.Window.Shrinks, path.Window.Window));
    }

    [Fact]
    public void LossAfterAnIdleTime_KeepsNoSlotForAHold()
    {
        foreach (int seed in (int[])[1, 2, 3])
        {
            var path = new SimulatedResolver(new DnsSlotWindowOptions(), seed) { Conditions = new ResolverConditions { Loss = 0.01, Jitter = 2_000 }, Backlog = 0 };
            path.Run(20 * Second);
            path.AddBacklog(int.MaxValue);
            path.Run(2 * Second);
            path.ClearCounts();
            path.Run(20 * Second);
            Assert.True(path.WindowSeconds / 20 >= 60 && path.Delivered / 20.0 >= 2700, $"window {path.WindowSeconds / 20}, {path.Delivered / 20.0}/s, shrinks {path.Window.Shrinks}");
        }
    }

    [Fact]
    public void Outage_EndsAtTheMinimum_AndIsOverWithinSeconds()
    {
        var path = new SimulatedResolver(new DnsSlotWindowOptions());
        path.Run(Second);
        path.Conditions = path.Conditions with { IsCut = true };
        path.Run(20 * Second);
        Assert.Equal(2, path.Window.Window);
        path.ClearCounts();
        path.Run(20 * Second);
        Assert.InRange(path.Sent, 4, 60); // what an outage costs a resolver
        path.Conditions = path.Conditions with { IsCut = false };
        path.Run(12 * Second);
        Assert.InRange(path.Window.Window, 100, 256);
    }

    [Fact]
    public void LongerPath_IsLearnt()
    {
        var path = new SimulatedResolver(new DnsSlotWindowOptions());
        path.Run(2 * Second);
        path.Conditions = path.Conditions with { FarDelay = 80_000 };
        path.Run(3 * Second);
        path.ClearCounts();
        path.Run(10 * Second);
        Assert.Equal(170_000, path.Window.BaseDelay);
        Assert.InRange(path.WindowSeconds / 10, 100, 257);
    }

    [Fact]
    public void RateCap_IsNotExceeded()
    {
        var path = new SimulatedResolver(new DnsSlotWindowOptions { MaximumRate = 50 });
        path.Run(20 * Second);
        Assert.InRange(path.Sent, 980, 1006);
    }

    [Fact]
    public void HoldTime_GrowsByHalf_AndIsHalvedByRepetition()
    {
        var hold = new DnsHoldTime();
        List<long> seen = [hold.Current];
        for (int i = 0; i < 7; i++)
        {
            for (int same = 0; same < 10; same++) hold.OnClean(seen[^1]);
            seen.Add(hold.Current);
        }

        Assert.Equal([100_000, 150_000, 225_000, 337_500, 506_250, 759_375, 1_000_000, 1_000_000], seen);
        hold.OnRepeated(800_000);
        Assert.Equal(400_000, hold.Current);
        for (int i = 0; i < 5; i++) hold.OnRepeated(hold.Current);
        Assert.Equal(100_000, hold.Current);
    }

    [Fact]
    public void Late_IsAFailureThatWasNone()
    {
        var window = new DnsSlotWindow(new DnsSlotWindowOptions());
        long slot = window.OnSent(0);
        long[] expired = new long[4];
        Assert.Equal(0, window.Expire(window.Deadline - 1, expired));
        Assert.Equal(1, window.Expire(window.Deadline, expired));
        Assert.Equal((slot, 1L, long.MaxValue), (expired[0], window.Failed, window.Deadline));
        Assert.False(window.OnAnswered(slot, 3 * Second, 0));
        Assert.Equal((0L, 1L, 8), (window.Failed, window.Late, window.Window));
        Assert.False(window.OnFailed(slot, 3 * Second, DnsSlotFailure.ServerFailure));
    }

    [Fact]
    public void OwnPayloads_GetSlotsBesideTheHeldOne()
    {
        var window = new DnsSlotWindow(new DnsSlotWindowOptions());
        Assert.True(window.CanSend(0, 0, 0));
        window.OnSent(0);
        Assert.False(window.CanSend(0, 0, 0));
        Assert.True(window.CanSend(1, 0, 0));
        for (int i = 1; i < 8; i++) window.OnSent(0);
        Assert.False(window.CanSend(1, 100, 0));
        Assert.Equal((1, 8, 5), (window.Wanted(0, 0), window.Wanted(3, 500), window.Wanted(5, 2)));
    }

    [Fact]
    public void Window_NeverExceedsItsHardMaximum_AndOptionsAreChecked()
    {
        var path = new SimulatedResolver(new DnsSlotWindowOptions { Maximum = DnsSlotWindowOptions.HardMaximum });
        path.Run(2 * Second);
        Assert.Equal((512, 512), (path.Window.Window, path.MostOutstanding));
        Assert.Throws<InvalidOperationException>(() => path.Window.OnSent(path.Now));
        Assert.Throws<TunnelException>(() => new DnsSlotWindow(new DnsSlotWindowOptions { Maximum = 513 }));
        Assert.Throws<TunnelException>(() => new DnsSlotWindow(new DnsSlotWindowOptions { Initial = 300 }));
        Assert.Throws<TunnelException>(() => new DnsSlotWindow(new DnsSlotWindowOptions { Decrease = 1 }));
    }
}
