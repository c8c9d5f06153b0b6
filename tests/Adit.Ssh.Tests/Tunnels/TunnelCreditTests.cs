using Adit.Ssh.Channels;
using Adit.Ssh.Tunnels;
using Adit.TestKit.Time;

namespace Adit.Ssh.Tests.Tunnels;

/// <summary>How much is under way, on paths of every kind, under virtual time.</summary>
public sealed class TunnelCreditTests
{
    private readonly VirtualTime _time = new();

    [Fact]
    public void LongPath_GrowsToWhatItTakes()
    {
        (_, TunnelCredit credit) = Make(TimeSpan.FromMilliseconds(50), "Adit_0.1");
        // No queue: all that is under way is credited one round trip later.
        for (int i = 0; i < 12; i++) Transfer(credit, TimeSpan.FromMilliseconds(50));
        Assert.InRange(credit.Bound, 8 * 1024 * 1024, SshChannel.MaximumWindow);
    }

    [Fact]
    public void Queue_IsKeptShort()
    {
        (_, TunnelCredit credit) = Make(TimeSpan.FromMilliseconds(0.2), "Adit_0.1");
        // 100 Mbit/s: the bound takes 21 ms to drain, a hundred round trips.
        for (int i = 0; i < 20; i++) Transfer(credit, TimeSpan.FromSeconds(credit.Bound * 8 / 100e6));
        Assert.InRange(credit.Bound, 1, 96 * 1024);
    }

    [Fact]
    public void OpenSsh_IsLeftRoomForItsSteps_AndAnUnknownPeerIsNotBounded()
    {
        (_, TunnelCredit openSsh) = Make(TimeSpan.FromMilliseconds(0.2), "OpenSSH_9.2p1");
        for (int i = 0; i < 20; i++) Transfer(openSsh, TimeSpan.FromSeconds(openSsh.Bound * 8 / 10e6));
        Assert.Equal(TunnelCredit.FirstBound, openSsh.Bound);
        (_, TunnelCredit other) = Make(TimeSpan.FromMilliseconds(0.2), "Other_1");
        Assert.True(other.Permits(1 << 30, isBulk: true));
    }

    [Fact]
    public void SparsePackets_StillPass_WhereBulkWaits()
    {
        (_, TunnelCredit credit) = Make(TimeSpan.FromMilliseconds(1), "Adit_0.1");
        while (credit.Permits(1500, isBulk: true)) credit.Sent(1500);
        Assert.True(credit.Permits(1500, isBulk: false));
        credit.Credited(uint.MaxValue);
        Assert.Equal(0, credit.UnderWay);
    }

    private (RoundTripTime RoundTrip, TunnelCredit Credit) Make(TimeSpan roundTrip, string peer)
    {
        var measured = new RoundTripTime(_time);
        _time.Advance(TimeSpan.FromSeconds(1));
        long asked = measured.Ask();
        _time.Advance(roundTrip);
        measured.Answered(asked);
        return (measured, new TunnelCredit(measured, peer));
    }

    /// <summary>Sends all that may be sent, and has it credited in sixteen steps over a time.</summary>
    private void Transfer(TunnelCredit credit, TimeSpan over)
    {
        long sent = 0;
        for (int i = 0; i < 16; i++)
        {
            while (credit.Permits(1500, isBulk: true))
            {
                credit.Sent(1500);
                sent += 1500;
            }

            _time.Advance(over / 16);
            credit.Credited((uint)(credit.UnderWay / 16));
        }

        credit.Credited((uint)credit.UnderWay);
    }
}
