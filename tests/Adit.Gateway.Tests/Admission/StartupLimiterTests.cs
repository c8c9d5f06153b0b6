using Adit.Gateway.Admission;

namespace Adit.Gateway.Tests.Admission;

public sealed class StartupLimiterTests
{
    [Fact]
    public void BelowStart_NobodyIsRefused_AndAtFull_Everybody()
    {
        var limiter = new StartupLimiter(new StartupLimits(10, 30, 20), new Random(1));
        for (int i = 0; i < 10; i++) Assert.True(limiter.TryEnter());
        for (int i = 0; i < 10_000 && limiter.Pending < 20; i++) limiter.TryEnter();
        Assert.Equal(20, limiter.Pending);
        for (int i = 0; i < 1000; i++) Assert.False(limiter.TryEnter());
        limiter.Leave();
        Assert.Equal(19, limiter.Pending);
    }

    [Theory]
    [InlineData(10, 30)]
    [InlineData(55, 65)]
    [InlineData(91, 93)]
    public void Between_TheChanceGrowsLinearly(int pending, int percent)
    {
        int refused = 0;
        for (int round = 0; round < 4000; round++)
        {
            var limiter = new StartupLimiter(new StartupLimits(10, 30, 100), new Scripted(pending, round));
            for (int i = 0; i < pending; i++) Assert.True(limiter.TryEnter());
            if (!limiter.TryEnter()) refused++;
        }

        Assert.InRange(refused / 40.0, percent - 3, percent + 3);
    }

    [Fact]
    public void RateOf100_RefusesFromStart()
    {
        var limiter = new StartupLimiter(new StartupLimits(1, 100, 50), new Random(1));
        Assert.True(limiter.TryEnter());
        Assert.False(limiter.TryEnter());
    }

    [Fact]
    public void LeavingTwice_IsAMistake() => Assert.Throws<InvalidOperationException>(new StartupLimiter(new StartupLimits()).Leave);

    [Theory]
    [InlineData("10:30:100", "10:30:100")]
    [InlineData("7", "7:100:7")]
    [InlineData("10:30", null)]
    [InlineData("0:30:100", null)]
    [InlineData("10:101:100", null)]
    [InlineData("10:30:9", null)]
    [InlineData("10:30:99999999999", null)]
    [InlineData("a:b:c", null)]
    [InlineData("", null)]
    public void Text_IsRead(string text, string? expected)
    {
        Assert.Equal(expected is not null, StartupLimits.TryParse(text, out StartupLimits? limits));
        Assert.Equal(expected, limits?.ToString());
    }

    // Admits until a number of connections is there, then draws from a seeded source.
    private sealed class Scripted(int pending, int seed) : Random
    {
        private readonly Random _random = new(seed);
        private int _drawn;

        public override double NextDouble() => _drawn++ < pending - 10 ? 0.9999999 : _random.NextDouble();
    }
}
