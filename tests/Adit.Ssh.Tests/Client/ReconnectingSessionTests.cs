using Adit.Core;
using Adit.Ssh.Client;
using Adit.TestKit.Time;

namespace Adit.Ssh.Tests.Client;

public sealed class ReconnectingSessionTests
{
    [Fact]
    public async Task FirstFailure_IsTheCallers()
    {
        var session = new ReconnectingSession(_ => Task.FromException<SshRoute>(new TunnelException(TunnelError.ConnectionRefused, "no")), (_, _) => Task.CompletedTask);
        Assert.Equal(TunnelError.ConnectionRefused, (await Assert.ThrowsAsync<TunnelException>(() => session.RunAsync(default))).Error);
    }

    [Fact]
    public async Task Dial_DuringAnOutage_FailsAfterTheHoldTime()
    {
        var time = new VirtualTime();
        var session = new ReconnectingSession(_ => new TaskCompletionSource<SshRoute>().Task, (_, _) => Task.CompletedTask, time: time);
        Task dial = session.DialAsync(new DialRequest(new TcpDestination("x", 1))).AsTask();
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(dial.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TunnelError.ConnectionLost, (await Assert.ThrowsAsync<TunnelException>(() => dial.WaitAsync(TimeSpan.FromSeconds(10)))).Error);
    }

    [Theory]
    [InlineData(TunnelError.ConnectionRefused, true)]
    [InlineData(TunnelError.NameNotResolved, true)]
    [InlineData(TunnelError.ConnectionLost, true)]
    [InlineData(TunnelError.AuthenticationFailed, false)]
    [InlineData(TunnelError.HostKeyChanged, false)]
    public void Transience_FollowsTheCause(TunnelError error, bool expected) =>
        Assert.Equal(expected, ReconnectingSession.IsTransient(new TunnelException(error, "x")));
}
