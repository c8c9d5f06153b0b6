using Adit.TestKit.Time;

namespace Adit.Core.Tests.Time;

/// <summary>The clock that the other tests trust.</summary>
public sealed class VirtualTimeTests
{
    [Fact]
    public void Timers_FireInOrder_AtTheirTimes()
    {
        var time = new VirtualTime();
        var fired = new List<(string Name, double At)>();
        using ITimer late = Timer(time, "late", 30, fired);
        using ITimer early = Timer(time, "early", 10, fired);
        using ITimer same = Timer(time, "same", 10, fired);
        time.Advance(TimeSpan.FromMilliseconds(29));
        Assert.Equal([("early", 10), ("same", 10)], fired);
        time.Advance(TimeSpan.FromMilliseconds(5));
        Assert.Equal(("late", 30), fired[^1]);
        Assert.Equal(TimeSpan.FromMilliseconds(34), time.Elapsed);
        Assert.False(time.AdvanceToNextTimer());
    }

    [Fact]
    public void PeriodicTimer_FiresUntilDisposed()
    {
        var time = new VirtualTime();
        int count = 0;
        ITimer timer = time.CreateTimer(_ => count++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(3, count);
        timer.Dispose();
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(3, count);
        Assert.Equal(0, time.TimerCount);
    }

    [Fact]
    public async Task Delay_RunsOnIt()
    {
        var time = new VirtualTime();
        Task delay = Task.Delay(TimeSpan.FromHours(1), time);
        time.Advance(TimeSpan.FromMinutes(59));
        Assert.False(delay.IsCompleted);
        time.Advance(TimeSpan.FromMinutes(1));
        await delay;
        Assert.Equal(VirtualTime.Start.AddHours(1), time.GetUtcNow());
    }

    private static ITimer Timer(VirtualTime time, string name, int milliseconds, List<(string Name, double At)> fired) =>
        time.CreateTimer(_ => fired.Add((name, time.Elapsed.TotalMilliseconds)), null, TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
}
