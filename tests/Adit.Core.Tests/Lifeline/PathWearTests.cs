using Adit.Core.Lifeline;

namespace Adit.Core.Tests.Lifeline;

public sealed class PathWearTests
{
    private static readonly TimeSpan s_now = TimeSpan.FromHours(1);

    [Fact]
    public void OneEnd_TeachesNothing()
    {
        var wear = new PathWear();
        wear.Note(Of(30, 1_000_000, 5), s_now);
        Assert.False(wear.IsDue(Of(1000, 100_000_000, 100_000_000), s_now));
    }

    [Theory]
    [InlineData(30, 25, 22)]
    [InlineData(100, 100, 74)]
    public void TwoOfTheSameAge_AreReplacedAtThreeQuarters(int first, int second, int notYet)
    {
        var wear = new PathWear();
        wear.Note(Of(first, 10_000_000, 70_000), s_now);
        wear.Note(Of(second, 300_000, 2_000_000), s_now);
        int least = Math.Min(first, second);
        Assert.False(wear.IsDue(Of(Math.Min(notYet, least * 3 / 4 - 1), 50_000_000, 50_000_000), s_now));
        Assert.True(wear.IsDue(Of(least * 3 / 4 + 1, 0, 0), s_now));
        Assert.False(wear.CountsOctets);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TwoOfTheSameAmount_AreReplacedAtThreeQuarters(bool sent)
    {
        var wear = new PathWear();
        PathWear.Life Life(int age, long amount) => sent ? Of(age, amount, 5_000) : Of(age, 5_000, amount);
        wear.Note(Life(3, 1_050_000), s_now);
        wear.Note(Life(90, 1_000_000), s_now);
        Assert.True(wear.CountsOctets);
        Assert.False(wear.IsDue(Life(1, 740_000), s_now));
        Assert.True(wear.IsDue(Life(1, 760_000), s_now));
    }

    [Fact]
    public void EndsThatDiffer_AndSmallOnes_TeachNothing()
    {
        var wear = new PathWear();
        foreach (int i in new[] { 1, 2, 4, 8, 16 }) wear.Note(Of(i * 10, i * 1_000_000, i * 100_000), s_now);
        for (int i = 0; i < 5; i++) wear.Note(Of(1, 20_000, 20_000), s_now);
        Assert.False(wear.IsDue(Of(10_000, long.MaxValue, long.MaxValue), s_now));
    }

    [Fact]
    public void WhatWasLearned_IsForgotten()
    {
        var wear = new PathWear();
        wear.Note(Of(30, 0, 0), s_now);
        wear.Note(Of(30, 0, 0), s_now);
        Assert.True(wear.IsDue(Of(29, 0, 0), s_now));
        Assert.False(wear.IsDue(Of(29, 0, 0), s_now + TimeSpan.FromMinutes(16)));
        wear.Note(Of(30, 0, 0), s_now);
        Assert.False(wear.IsDue(Of(29, 0, 0), s_now));
    }

    private static PathWear.Life Of(int seconds, long sent, long received) => new(TimeSpan.FromSeconds(seconds), sent, received);
}
