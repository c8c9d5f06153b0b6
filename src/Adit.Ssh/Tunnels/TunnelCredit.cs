using Adit.Ssh.Channels;

namespace Adit.Ssh.Tunnels;

/// <summary>
/// How much of a tunnel may be under way: what was sent and not credited yet. A peer grants a window of megabytes, which a bulk transfer fills in the buffers of the carrier, where every other packet waits behind
/// it. So bulk stops earlier: at what the path was seen to take within two round trips and a millisecond. On a path without a queue that is at least twice as much as was under way, and the bound doubles;
/// where a queue builds up, it shrinks to the queue that is worth having. Sent by the send loop, credited by the receive loop.
/// </summary>
internal sealed class TunnelCredit
{
    /// <summary>Ours: the bound at first, and always towards a peer that credits in large steps: two and a half of OpenSSH's (96 KiB), and a millisecond at 2 Gbit/s.</summary>
    public const int FirstBound = 256 * 1024;

    /// <summary>Ours: the least bound towards a peer that credits in steps of <see cref="SshChannel.PacketCreditStep"/>.</summary>
    private const int LeastBound = 96 * 1024;

    /// <summary>Ours: what bulk leaves for sparse packets.</summary>
    private const int Reserve = 16 * 1024;

    /// <summary>Ours: the queue that is worth having beside the path's own time, for hosts that do other things as well.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(1);

    private readonly RoundTripTime _roundTrip;
    private readonly int _least;
    private long _underWay;
    private long _bound = FirstBound;
    private long _credited;
    private long _began;
    private bool _wasShort;

    /// <summary>Nothing is under way.</summary>
    /// <param name="roundTrip">What the path costs.</param>
    /// <param name="peer">The peer's software version: one that is not known to credit in small steps could wait for more than a bound, and has none.</param>
    public TunnelCredit(RoundTripTime roundTrip, string peer)
    {
        _roundTrip = roundTrip;
        IsOpenSsh = peer.StartsWith("OpenSSH_", StringComparison.Ordinal);
        _least = IsOpenSsh ? FirstBound : peer.StartsWith("Adit_", StringComparison.Ordinal) ? LeastBound : 0;
    }

    /// <summary>Whether the peer is OpenSSH.</summary>
    public bool IsOpenSsh { get; }

    /// <summary>Octets under way.</summary>
    public long UnderWay => Volatile.Read(ref _underWay);

    /// <summary>Octets that may be.</summary>
    public long Bound => _least == 0 ? long.MaxValue : Volatile.Read(ref _bound);

    /// <summary>Whether a message may leave.</summary>
    /// <param name="cost">Octets that it takes of the window.</param>
    /// <param name="isBulk">Whether it has to leave room for others.</param>
    public bool Permits(int cost, bool isBulk)
    {
        if (_least == 0 || Volatile.Read(ref _underWay) + cost <= Volatile.Read(ref _bound) - (isBulk ? Reserve : 0)) return true;
        Volatile.Write(ref _wasShort, true);
        return false;
    }

    /// <summary>A message left.</summary>
    public void Sent(int cost) => Interlocked.Add(ref _underWay, cost);

    /// <summary>The peer credits octets.</summary>
    public void Credited(uint count)
    {
        // A peer may credit more than was sent.
        if (Interlocked.Add(ref _underWay, -(long)count) < 0) Interlocked.Exchange(ref _underWay, 0);
        _credited += count;
        if (_began != 0 && _credited < _bound) return;
        long now = _roundTrip.Ask();
        if (_began != 0 && Volatile.Read(ref _wasShort) && _roundTrip.Least is { } least)
        {
            double took = Math.Max(_roundTrip.Elapsed(_began, now).TotalSeconds, 1e-6);
            double worth = _credited / took * (2 * least + Slack).TotalSeconds;
            Volatile.Write(ref _bound, (long)Math.Clamp(worth, Math.Max(_least, _bound / 2), Math.Min(_bound * 2, SshChannel.MaximumWindow)));
        }

        (_began, _credited) = (now, 0);
        Volatile.Write(ref _wasShort, false);
    }
}
