using System.Runtime.InteropServices;

namespace Adit.Core.Lifeline;

/// <summary>
/// What is on its way on one path: round trip (RFC 6298), loss by time (RACK, RFC 8985: a packet is lost when a later one arrived and more than a round trip and a margin has passed), and the timeout
/// after which an unanswered path is probed. The margin grows whenever a packet that was taken for lost arrives after all, so a carrier that reorders by hundreds is learned; it falls again when hardly any does.
/// </summary>
/// <param name="profile">What the carrier can do.</param>
internal sealed class PathRecovery(LifelineProfile profile)
{
    /// <summary>Ours: settled packets that are remembered at the front, to see that a loss was none.</summary>
    private const int Remembered = 4096;

    /// <summary>Ours: of a round trip.</summary>
    private const double LeastMargin = 0.125;

    /// <summary>Ours: late packets, and their share of those in time, above which the margin grows.</summary>
    private const double LateAllowance = 2, LateShare = 0.05;

    /// <summary>Ours: how long a stream may bring no acknowledgement of what it took, in microseconds. It loses nothing, but may be dead without a word: a forgotten mapping, an address that is gone.</summary>
    private const long StreamTimeout = 6_000_000;

    /// <summary>Ours: packets in time after which older ones count half.</summary>
    private const double TimelyMemory = 512;

    private readonly List<SentPacket> _sent = [];
    private int _first;
    private long _latestSentAt;
    private long _smoothed;
    private long _variation;
    private long _least = long.MaxValue;
    private double _margin = Least(profile);
    private double _late;
    private double _timely;
    private double _backOff = 1;
    private long _timeoutFrom;

    /// <summary>Octets that arrived, as far as that is known.</summary>
    public long Delivered { get; private set; }

    /// <summary>Octets on their way.</summary>
    public int InFlight { get; private set; }

    /// <summary>Packets on their way.</summary>
    public int Packets { get; private set; }

    /// <summary>The smoothed round trip, or what the profile assumes, in microseconds.</summary>
    public long RoundTrip => _smoothed != 0 ? _smoothed : profile.InitialRoundTrip;

    /// <summary>The shortest round trip that was seen; the profile's before any.</summary>
    public long LeastRoundTrip => _least == long.MaxValue ? profile.InitialRoundTrip : _least;

    /// <summary>Timeouts in a row without an acknowledgement.</summary>
    public int Timeouts { get; private set; }

    /// <summary>Packets taken for lost so far.</summary>
    public long Lost { get; private set; }

    /// <summary>Packets acknowledged so far.</summary>
    public long Acknowledged { get; private set; }

    /// <summary>When a timeout or a loss is due; null while nothing is on its way.</summary>
    public long? Deadline
    {
        get
        {
            if (Packets == 0) return null;
            if (profile.IsReliable) return _timeoutFrom + StreamTimeout;
            long due = _timeoutFrom + Timeout();
            for (int i = _first; i < _sent.Count && _sent[i].SentAt <= _latestSentAt; i++)
            {
                if (_sent[i] is { IsSettled: false, IsEliciting: true } packet) return Math.Min(due, packet.SentAt + LossDelay());
            }

            return due;
        }
    }

    /// <summary>A packet left.</summary>
    public void Sent(in SentPacket packet)
    {
        _sent.Add(packet);
        if (!packet.IsEliciting) return;
        // The timeout runs from the first that is on its way, or the last that was answered (RFC 6298 §5), so that what is sent meanwhile does not put it off.
        if (Packets == 0) _timeoutFrom = packet.SentAt;
        InFlight += packet.Size;
        Packets++;
    }

    /// <summary>Numbers that arrived.</summary>
    /// <param name="first">The first.</param>
    /// <param name="last">The last.</param>
    /// <param name="now">The time.</param>
    /// <param name="delay">How long the peer waited with the acknowledgement of the largest, in microseconds.</param>
    /// <param name="settled">Takes what arrived.</param>
    public void Acknowledge(long first, long last, long now, long delay, List<SentPacket> settled)
    {
        Span<SentPacket> sent = CollectionsMarshal.AsSpan(_sent);
        // A stream tells of all that it ever brought, and nothing there is late.
        int at = Math.Max(IndexOf(sent, first), profile.IsReliable ? _first : 0);
        for (; at < sent.Length && sent[at].Number <= last; at++)
        {
            ref SentPacket packet = ref sent[at];
            if (packet.IsSettled)
            {
                if (packet.Size == 0) continue;
                // It was taken for lost, and only late: wait longer from now on (RFC 8985 §3.3.2), unless that is so rare that sending a few twice costs less than waiting for all that is lost.
                if (++_late > LateAllowance + (LateShare * _timely))
                {
                    _margin = Math.Min(_margin * 2, 64);
                    (_late, _timely) = (0, 0);
                }

                packet.Size = 0;
                continue;
            }

            packet.IsSettled = true;
            if (packet.IsEliciting)
            {
                InFlight -= packet.Size;
                Packets--;
                Acknowledged++;
                if (++_timely >= TimelyMemory) Settle();
                if (packet.Number == last) Measure(now - packet.SentAt, delay);
                (_backOff, Timeouts, _timeoutFrom) = (1, 0, now);
            }

            _latestSentAt = Math.Max(_latestSentAt, packet.SentAt);
            Delivered += packet.Size;
            settled.Add(packet);
            packet.Size = 0;
        }

        Trim();
    }

    /// <summary>Finds packets that are lost by now.</summary>
    /// <param name="now">The time.</param>
    /// <param name="lost">Takes them.</param>
    public void FindLost(long now, List<SentPacket> lost)
    {
        if (profile.IsReliable) return;
        Span<SentPacket> sent = CollectionsMarshal.AsSpan(_sent);
        long delay = LossDelay();
        for (int i = _first; i < sent.Length; i++)
        {
            ref SentPacket packet = ref sent[i];
            if (packet.SentAt > _latestSentAt || packet.SentAt + delay > now) break;
            if (!packet.IsSettled && packet.IsEliciting) Lose(ref packet, lost);
        }

        Trim();
    }

    /// <summary>Whether nothing was heard for so long that the path must be probed; counts it.</summary>
    /// <param name="now">The time.</param>
    /// <param name="lost">Takes the oldest packet on its way, so that what it held can be sent again.</param>
    public bool IsTimeout(long now, List<SentPacket> lost)
    {
        if (Packets == 0 || now < _timeoutFrom + (profile.IsReliable ? StreamTimeout : Timeout())) return false;
        Timeouts++;
        _backOff = Math.Min(_backOff * 1.5, 64);
        _timeoutFrom = now;
        if (profile.IsReliable) return true; // it arrives yet, or the path is left
        Span<SentPacket> sent = CollectionsMarshal.AsSpan(_sent);
        // After one timeout a probe with the oldest; after two the path has a hole, and everything is sent again.
        for (int i = _first; i < sent.Length; i++)
        {
            if (sent[i].IsSettled || !sent[i].IsEliciting) continue;
            Lose(ref sent[i], lost);
            if (Timeouts < 2) break;
        }

        Trim();
        return true;
    }

    /// <summary>The path is gone: everything on its way is lost.</summary>
    public void LoseAll(List<SentPacket> lost)
    {
        Span<SentPacket> sent = CollectionsMarshal.AsSpan(_sent);
        for (int i = _first; i < sent.Length; i++)
        {
            if (!sent[i].IsSettled && sent[i].IsEliciting) Lose(ref sent[i], lost);
        }

        Trim();
    }

    /// <summary>Enough came in time: what was late counts half, and if it was little the margin falls.</summary>
    private void Settle()
    {
        if (_late <= LateShare * _timely / 2) _margin = Math.Max(Least(profile), _margin / 2);
        (_late, _timely) = (_late / 2, _timely / 2);
    }

    private static int IndexOf(Span<SentPacket> sent, long number)
    {
        int low = 0, high = sent.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (sent[middle].Number < number) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>Where datagrams are dear a needless one costs more than a late one.</summary>
    private static double Least(LifelineProfile profile) => profile.IsDear ? 1 : LeastMargin;

    private long LossDelay() => RoundTrip + Math.Max((long)(RoundTrip * _margin), 1000) + Math.Min(4 * _variation, RoundTrip);

    private long Timeout() => (long)(Math.Max(profile.MinimumTimeout, _smoothed == 0 ? 2 * profile.InitialRoundTrip : RoundTrip + (4 * _variation) + profile.AcknowledgementDelay) * _backOff);

    private void Lose(ref SentPacket packet, List<SentPacket> lost)
    {
        packet.IsSettled = true;
        InFlight -= packet.Size;
        Packets--;
        Lost++;
        lost.Add(packet);
    }

    private void Measure(long sample, long delay)
    {
        if (sample <= 0) sample = 1;
        _least = Math.Min(_least, sample);
        if (sample - delay >= _least) sample -= delay;
        if (_smoothed == 0)
        {
            (_smoothed, _variation) = (sample, sample / 2);
            return;
        }

        _variation += (Math.Abs(_smoothed - sample) - _variation) / 4;
        _smoothed += (sample - _smoothed) / 8;
        if (_smoothed == 0) _smoothed = 1;
    }

    /// <summary>Forgets what is settled at the front, but for a while, since a packet that was taken for lost may come.</summary>
    private void Trim()
    {
        while (_first < _sent.Count && (_sent[_first].IsSettled || !_sent[_first].IsEliciting)) _first++;
        if (_first <= 2 * Remembered) return;
        int drop = _first - Remembered;
        _sent.RemoveRange(0, drop);
        _first -= drop;
    }
}
