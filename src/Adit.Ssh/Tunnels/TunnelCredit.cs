using Adit.Ssh.Channels;

namespace Adit.Ssh.Tunnels;

/// <summary>
/// How much of a tunnel may be under way: what was sent and not credited yet. A peer grants a window of megabytes, which a bulk transfer fills in the buffers of the carrier, where every other packet waits behind
/// it. So bulk stops earlier, at a bound that doubles only while so much is credited within two round trips, which is what a long path needs. Sent by the send loop, credited by the receive loop.
/// </summary>
internal sealed class TunnelCredit
{
    /// <summary>Ours: the bound at first; two of the steps by which OpenSSH credits (96 KiB), and a millisecond at 2 Gbit/s.</summary>
    public const int FirstBound = 256 * 1024;

    /// <summary>Ours: what bulk leaves for sparse packets.</summary>
    private const int Reserve = 32 * 1024;

    private readonly RoundTripTime _roundTrip;
    private readonly bool _isBounded;
    private long _underWay;
    private long _bound = FirstBound;
    private long _credited;
    private long _began;
    private bool _wasShort;

    /// <summary>Nothing is under way.</summary>
    /// <param name="roundTrip">What the path costs.</param>
    /// <param name="isBounded">Whether the peer is known to credit in small steps; another could wait for more than the bound.</param>
    public TunnelCredit(RoundTripTime roundTrip, bool isBounded) => (_roundTrip, _isBounded) = (roundTrip, isBounded);

    /// <summary>Octets under way.</summary>
    public long UnderWay => Volatile.Read(ref _underWay);

    /// <summary>Octets that may be.</summary>
    public long Bound => _isBounded ? Volatile.Read(ref _bound) : long.MaxValue;

    /// <summary>Whether a message may leave.</summary>
    /// <param name="cost">Octets that it takes of the window.</param>
    /// <param name="isBulk">Whether it has to leave room for others.</param>
    public bool Permits(int cost, bool isBulk)
    {
        if (!_isBounded || Volatile.Read(ref _underWay) + cost <= Volatile.Read(ref _bound) - (isBulk ? Reserve : 0)) return true;
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
        if (_began != 0 && Volatile.Read(ref _wasShort) && _roundTrip.IsWithin(_began, now, 2)) Volatile.Write(ref _bound, Math.Min(_bound * 2, SshChannel.MaximumWindow));
        (_began, _credited) = (now, 0);
        Volatile.Write(ref _wasShort, false);
    }
}
