using System.Net;
using Adit.Gateway.Admission;
using Adit.TestKit.Time;

namespace Adit.Gateway.Tests.Admission;

public sealed class ConnectionGateTests
{
    private readonly VirtualTime _time = new();
    private readonly StartupLimiter _startups = new(new StartupLimits(2, 100, 2));

    [Fact]
    public void GraceTime_Ends()
    {
        Assert.True(Gate().TryEnter(IPAddress.Loopback, null, out PendingLogin? login, out _));
        _time.Advance(TimeSpan.FromSeconds(119));
        Assert.False(login!.Grace.Expired.IsCancellationRequested);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(login.Grace.Expired.IsCancellationRequested);
        Assert.False(login.Succeeded());
        login.Dispose();
        Assert.Equal(0, _startups.Pending);
    }

    [Fact]
    public void Success_StopsTheClock_AndMakesRoom()
    {
        ConnectionGate gate = Gate();
        Assert.True(gate.TryEnter(IPAddress.Loopback, null, out PendingLogin? login, out _));
        Assert.True(gate.TryEnter(IPAddress.Loopback, null, out _, out _));
        Assert.False(gate.TryEnter(IPAddress.Loopback, null, out PendingLogin? third, out string? why));
        Assert.Null(third);
        Assert.Equal("max-startups: 2 connections are logging in already", why);
        Assert.True(login!.Succeeded());
        Assert.Equal(1, _time.TimerCount);
        Assert.True(gate.TryEnter(IPAddress.Loopback, null, out _, out _));
        login.Dispose();
        Assert.Equal(2, _startups.Pending);
    }

    [Fact]
    public void Penalised_IsRefused_WithTheReason()
    {
        ConnectionGate gate = Gate();
        for (int i = 0; i < 3; i++)
        {
            Assert.True(gate.TryEnter(IPAddress.Loopback, null, out PendingLogin? login, out _));
            Assert.Equal(i == 2, login!.Failed(PenaltyReason.AuthenticationFailed));
            login.Dispose();
        }

        Assert.False(gate.TryEnter(IPAddress.Loopback, null, out _, out string? why));
        Assert.Equal("penalties: 127.0.0.1/32 is refused for 15 s more", why);
        Assert.Equal(0, _startups.Pending);
    }

    [Fact]
    public void AfterSuccess_OnlyACrashIsPaidFor()
    {
        Assert.True(Gate().TryEnter(IPAddress.Loopback, null, out PendingLogin? login, out _));
        login!.Succeeded();
        Assert.False(login.Failed(PenaltyReason.NoAuthentication));
        Assert.True(login.Failed(PenaltyReason.Crash));
    }

    [Fact]
    public void NoLimit_NeverExpires()
    {
        using var grace = new LoginGrace(TimeSpan.Zero, _time);
        Assert.Equal(0, _time.TimerCount);
        Assert.True(grace.LoggedIn());
    }

    private ConnectionGate Gate()
    {
        var options = new PenaltyOptions();
        return new ConnectionGate(_startups, new SourcePenalties(options, _time), options, TimeSpan.FromMinutes(2), _time);
    }
}
