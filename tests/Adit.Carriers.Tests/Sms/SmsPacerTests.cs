using Adit.Carriers.Sms;

namespace Adit.Carriers.Tests.Sms;

public sealed class SmsPacerTests
{
    private const long Second = 1_000_000;

    [Fact]
    public void Rate_IsKept_AndTheWindowClosed()
    {
        var pacer = new SmsPacer(10, 4);
        long now = 0;
        for (int i = 0; i < 100; i++)
        {
            now += pacer.Wait(now);
            pacer.Sent(now);
            pacer.Answered(taken: true);
        }

        Assert.InRange(now, 9.7 * Second, 10.1 * Second);
        for (int i = 0; i < 4; i++) pacer.Sent(now += Second);
        Assert.Equal(long.MaxValue, pacer.Wait(now += Second));
        pacer.Answered(taken: true);
        Assert.Equal(0, pacer.Wait(now));
    }

    [Fact]
    public void Throttled_HalvesAndPauses_EachTimeLonger()
    {
        var pacer = new SmsPacer(100, 10);
        long now = 0;
        for (int i = 0; i < 10; i++)
        {
            now += pacer.Wait(now);
            pacer.Sent(now);
            double before = pacer.Rate;
            pacer.Throttled(now);
            Assert.Equal(Math.Min(60, 1 << Math.Min(i, 30)) * Second, pacer.Wait(now) / Second * Second);
            Assert.Equal(Math.Max(before / 2, 0.05), pacer.Rate, 6);
        }
    }

    [Fact]
    public void ThrottledTogether_CountsOnce()
    {
        var pacer = new SmsPacer(100, 10);
        for (int i = 0; i < 2; i++) pacer.Sent(0);
        pacer.Throttled(10);
        pacer.Throttled(20);
        Assert.Equal(50, pacer.Rate);
        Assert.InRange(pacer.Wait(20), 0.99 * Second, Second);
    }

    [Theory]
    [InlineData(10, 10)]
    [InlineData(20, 10)]
    [InlineData(100, 100)]
    [InlineData(150, 100)]
    public void UnderALimit_NineTenthsOfItAreUsed(int rate, int limit)
    {
        var pacer = new SmsPacer(rate, 50);
        double tokens = limit;
        long now = 0, at = 0, taken = 0, throttled = 0;
        const long end = 600 * Second;
        while (now < end)
        {
            now += pacer.Wait(now);
            pacer.Sent(now);
            tokens = Math.Min(limit, tokens + ((now - at) * limit / (double)Second));
            at = now;
            if (tokens >= 1)
            {
                tokens--;
                taken++;
                pacer.Answered(taken: true);
            }
            else
            {
                throttled++;
                pacer.Throttled(now);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{taken} of {limit * 600} taken, {throttled} throttled");
        Assert.True(taken >= 0.9 * limit * 600, $"{taken} of {limit * 600}");
    }

    [Fact]
    public void ThrottlingNeverRaisesASlowRate()
    {
        var pacer = new SmsPacer(0.01, 1);
        pacer.Sent(0);
        pacer.Throttled(0);
        Assert.Equal(0.01, pacer.Rate);
    }
}
