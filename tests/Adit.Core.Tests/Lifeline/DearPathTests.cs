using Adit.Carriers.Sms;
using Adit.Core.Lifeline;
using Adit.TestKit.Lifelines;

namespace Adit.Core.Tests.Lifeline;

/// <summary>Paths whose datagrams cost money and take minutes: text messages.</summary>
public sealed class DearPathTests
{
    private const long Second = 1_000_000;
    private static readonly LifelineProfile Profile = new SmsCarrierOptions().Profile;

    private static readonly PathConditions Messages = new() { Loss = 0.05, Duplication = 0.05, Delay = 3 * Second, Jitter = 60 * Second, Spacing = Second / 10, Mtu = 140 };

    [Fact]
    public void LossDuplicatesAndReorderingByAMinute_AreExact_AndCostLittle()
    {
        const int length = 10 * 1024, seeds = 50;
        long datagrams = 0;
        for (int seed = 0; seed < seeds; seed++)
        {
            using var network = new SimulatedNetwork(seed);
            network.AddPath(Messages, Profile);
            var transfer = new SimulatedTransfer(network, length, length, seed);
            Assert.True(network.Run(transfer.Step, 3600 * Second), $"seed {seed}: {transfer}");
            datagrams += network.Datagrams;
        }

        double least = 2.0 * length / (140 - 7 - 8 - 5);
        TestContext.Current.TestOutputHelper?.WriteLine($"{datagrams / (double)seeds:0} datagrams, {least:0} at least without loss");
        Assert.InRange(datagrams / (double)seeds, least, 2 * least);
    }

    /// <summary>A resolver may permit few queries: what is overtaken on the way is no reason for one that only acknowledges.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Unhurried_AcknowledgesOnceInTheDelay_WhateverTheOrder(bool isUnhurried)
    {
        const int length = 2_000_000, mtu = 1200, delay = 20_000;
        using var network = new SimulatedNetwork(5);
        var hurried = new LifelineProfile { Name = "test" };
        network.AddPath(new PathConditions { Jitter = 30_000, Mtu = mtu }, isUnhurried ? hurried with { AcknowledgementDelay = delay, AcknowledgeEvery = 1000, IsUnhurried = true } : hurried);
        var transfer = new SimulatedTransfer(network, length, 0, 5);
        Assert.True(network.Run(transfer.Step, 60 * Second), transfer.ToString());
        int least = length / mtu, acknowledgements = network.Datagrams - least;
        TestContext.Current.TestOutputHelper?.WriteLine($"{least} of data, {acknowledgements} beside them in {network.Now / 1000} ms; {transfer}");
        if (isUnhurried) Assert.InRange(acknowledgements, 1, (network.Now / delay) + (length / mtu / 10) + 20);
        else Assert.InRange(acknowledgements, least / 3, least * 2);
    }

    [Fact]
    public void Welcome_ThatTookMinutes_IsStillGood()
    {
        using var network = new SimulatedNetwork(3);
        network.AddPath(Messages with { Loss = 0, Delay = 120 * Second, Jitter = 0 }, Profile);
        var transfer = new SimulatedTransfer(network, 500, 500, 3);
        Assert.True(network.Run(transfer.Step, 7200 * Second), transfer.ToString());
        Assert.Equal(1, network.Server.SessionCount);
    }

    [Fact]
    public void Idle_LivesForADay_ForAFewMessages()
    {
        using var network = new SimulatedNetwork(4);
        network.AddPath(Messages with { Loss = 0, Duplication = 0, Jitter = 0 }, Profile);
        bool written = false;
        Assert.True(network.Run(
            () =>
            {
                if (network.Client is { } client && !written) written = client.Write(new byte[100]) == 100;
                return network.Served?.Readable == 100;
            },
            600 * Second));
        Assert.False(network.Run(static () => false, 600 * Second));
        int before = network.Datagrams;
        Assert.False(network.Run(() => network.Client!.End != LifelineEnd.None || network.Served!.End != LifelineEnd.None, 24 * 3600 * Second));
        Assert.InRange(network.Datagrams - before, 0, 8);
    }

    /// <summary>A centre that permits much, and messages that take seconds and overtake one another: hardly a message is sent for nothing, and hardly a moment is left unused.</summary>
    [Theory]
    [InlineData(10, 0)]
    [InlineData(100, 0)]
    [InlineData(100, 0.02)]
    public void NineTenthsOfWhatIsPermitted_CarryNewData(int permitted, double loss)
    {
        int seconds = loss == 0 ? 120 : 300; // the last holes take half a minute to mend
        const double full = 140 - 7 - 8 - 5;
        int length = (int)(full * permitted * seconds);
        using var network = new SimulatedNetwork(1, options: new LifelineOptions());
        network.AddPath(new PathConditions { Loss = loss, Delay = 2 * Second, Jitter = 5 * Second, Spacing = Second / permitted, Mtu = 140 }, Profile);
        var transfer = new SimulatedTransfer(network, length, 0, 1);
        Assert.True(network.Run(() => transfer.Step() || transfer.Received > 1000, 60 * Second), transfer.ToString());
        long began = network.Now;
        Assert.True(network.Run(() => transfer.Step() || transfer.Received == length, 600 * Second), transfer.ToString());
        double share = seconds * Second / (double)(network.Now - began);
        TestContext.Current.TestOutputHelper?.WriteLine($"{share:0.000}; {transfer}");
        Assert.InRange(share, 0.9, 1.1);
    }
}
