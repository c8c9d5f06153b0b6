using System.Net;
using Adit.Gateway.Admission;
using Adit.TestKit.Time;

namespace Adit.Gateway.Tests.Admission;

public sealed class SourcePenaltiesTests
{
    private readonly VirtualTime _time = new();

    [Fact]
    public void FailedLogins_AddUp_AreEnforced_AndRunOff()
    {
        var penalties = new SourcePenalties(new PenaltyOptions(), _time);
        PenaltySource? source = Source("192.0.2.1");
        Assert.False(penalties.Add(source, PenaltyReason.AuthenticationFailed));
        Assert.False(penalties.Add(source, PenaltyReason.AuthenticationFailed));
        Assert.False(penalties.IsRefused(source, out _));
        Assert.True(penalties.Add(source, PenaltyReason.AuthenticationFailed));
        Assert.True(penalties.IsRefused(source, out TimeSpan remaining));
        Assert.Equal(TimeSpan.FromSeconds(15), remaining);
        Assert.False(penalties.IsRefused(Source("192.0.2.2"), out _));
        _time.Advance(TimeSpan.FromSeconds(14.9));
        Assert.True(penalties.IsRefused(source, out _));
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.False(penalties.IsRefused(source, out _));
        Assert.Equal(0, penalties.Count);
    }

    [Fact]
    public void SlowFailures_AreNeverEnforced()
    {
        var penalties = new SourcePenalties(new PenaltyOptions(), _time);
        for (int i = 0; i < 100; i++)
        {
            Assert.False(penalties.Add(Source("192.0.2.1"), PenaltyReason.AuthenticationFailed));
            _time.Advance(TimeSpan.FromSeconds(5));
        }
    }

    [Fact]
    public void Penalty_HasAMaximum()
    {
        var penalties = new SourcePenalties(new PenaltyOptions(), _time);
        for (int i = 0; i < 1000; i++) penalties.Add(Source("192.0.2.1"), PenaltyReason.Crash);
        Assert.True(penalties.IsRefused(Source("192.0.2.1"), out TimeSpan remaining));
        Assert.Equal(TimeSpan.FromMinutes(10), remaining);
    }

    [Fact]
    public void Table_IsBounded_AndForgetsWhatEndsFirst()
    {
        var penalties = new SourcePenalties(new PenaltyOptions { MaxSources = 100 }, _time);
        penalties.Add(Source("10.0.0.1"), PenaltyReason.Crash);
        for (int i = 0; i < 1000; i++) penalties.Add(Source($"10.1.{i / 250}.{i % 250}"), PenaltyReason.NoAuthentication);
        Assert.Equal(100, penalties.Count);
        Assert.True(penalties.IsRefused(Source("10.0.0.1"), out _));
    }

    [Theory]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("fe80::1%2", "fe80::2%3", true)]
    public void Source_IsANetwork(string one, string other, bool same) => Assert.Equal(same, Source(one) == Source(other));

    [Fact]
    public void UnknownAddress_PaysByCarrierKey_OrNotAtAll()
    {
        var options = new PenaltyOptions();
        Assert.Null(PenaltySource.Of(null, null, options));
        Assert.NotEqual(PenaltySource.Of(null, "a", options), PenaltySource.Of(null, "b", options));
        Assert.False(new SourcePenalties(options, _time).Add(null, PenaltyReason.Crash));
    }

    [Fact]
    public void ExemptNetworks_AndDisabled_PayNothing()
    {
        Assert.Null(PenaltySource.Of(IPAddress.Parse("::ffff:10.1.1.1"), null, new PenaltyOptions { Exempt = [IPNetwork.Parse("10.0.0.0/8")] }));
        var penalties = new SourcePenalties(new PenaltyOptions { Enabled = false }, _time);
        Assert.False(penalties.Add(Source("192.0.2.1"), PenaltyReason.Crash));
        Assert.False(penalties.IsRefused(Source("192.0.2.1"), out _));
    }

    private static PenaltySource? Source(string address) => PenaltySource.Of(IPAddress.Parse(address), null, new PenaltyOptions());
}
