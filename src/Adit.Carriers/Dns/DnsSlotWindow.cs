namespace Adit.Carriers.Dns;

/// <summary>A client's window of outstanding queries ("slots"), without sockets and without a clock. Not safe for several threads. Times are in microseconds.</summary>
/// <remarks>
/// Theory of operation: a server of DNS only answers, so the client decides how much comes down by how many queries wait for an answer. It needs as many as its own payloads take, or as
/// the server's backlog takes, but no more than the window; and one, held by the server, when there is nothing to do. The window begins small and grows by one with each clean answer, so it
/// doubles in a round trip, until the path is full: the least delay of a round is above 1.5 times the least ever, or clearly more than 2 % of the queries fail. Then it shrinks, and grows by one a
/// round trip. "Clearly" is two standard deviations above the share, for else chance alone would halve the window again and again. Only queries that were sent after the window shrank can shrink
/// it again. Where as much fails with a smaller window the path loses by chance, and that share is no sign any more; where answers take as long with a window that shrank twice the path has become longer, and its least delay
/// is learnt anew. The time for which the server held a query, which it tells, is no delay; and a query's time to be answered includes the longest hold to expect, unless what came since shows that the server holds nothing. When nothing comes back at all, the
/// window starts anew.
/// </remarks>
public sealed partial class DnsSlotWindow
{
    /// <summary>Ours: answers of a round that make its least delay trustworthy.</summary>
    private const int RoundSamples = 8;

    /// <summary>Ours: outcomes after which older ones count half. At 2 % this tells 4 % from chance.</summary>
    private const int SampleMemory = 256;

    /// <summary>Ours: outcomes that make a share trustworthy.</summary>
    private const int LearnFrom = 64;

    /// <summary>Ours: shrinks in a row that change no delay, after which it is the path's.</summary>
    private const int VainShrinks = 2;

    /// <summary>Ours: timeouts in a row, with no answer between, that mean an outage.</summary>
    private const int OutageTimeouts = 4;

    private readonly DnsSlotWindowOptions _options;
    private readonly DnsSendRate _rate;
    private readonly Slot[] _slots;
    private readonly Stack<int> _free;
    private double _window;
    private double _threshold;
    private long _earliest = long.MaxValue;
    private long _shrunkAt = long.MinValue;
    private long _roundFrom = long.MinValue;
    private long _roundLeast = long.MaxValue;
    private int _roundCount;
    private double _outcomes;
    private double _failures;
    private double _tolerated;
    private double _windowAtFailures;
    private double _shareAtFailures;
    private double _windowAtDelay;
    private double _windowBeforeVain;
    private long _delayAtWindow;
    private int _vainShrinks;
    private int _timeoutsInRow;
    private int _peak;
    private int _peakBefore;

    /// <summary>Makes a window.</summary>
    /// <param name="options">How it behaves.</param>
    /// <exception cref="Core.TunnelException">BadConfiguration: an option out of its range.</exception>
    public DnsSlotWindow(DnsSlotWindowOptions options)
        : this(options, new DnsSendRate(options.MaximumRate))
    {
    }

    /// <summary>Makes a window that shares its rate with others.</summary>
    internal DnsSlotWindow(DnsSlotWindowOptions options, DnsSendRate rate)
    {
        options.Validate();
        (_options, _rate) = (options, rate);
        _slots = new Slot[options.Maximum];
        _free = new Stack<int>(Enumerable.Range(0, options.Maximum).Reverse());
        _window = options.Initial;
        _threshold = options.Maximum;
        _tolerated = options.FailureShare;
        _holdToExpect = options.InitialHold;
    }

    /// <summary>Queries that may be outstanding.</summary>
    public int Window => (int)_window;

    /// <summary>Queries that may be outstanding at most, whatever the path.</summary>
    public int Maximum => _options.Maximum;

    /// <summary>Queries that are.</summary>
    public int Outstanding => _options.Maximum - _free.Count;

    /// <summary>Whether the window still doubles in a round trip.</summary>
    public bool IsDoubling => _window < _threshold;

    /// <summary>How often it shrank.</summary>
    public int Shrinks { get; private set; }

    /// <summary>Queries that failed, and did not come late.</summary>
    public long Failed { get; private set; }

    /// <summary>Answers that came after their time.</summary>
    public long Late { get; private set; }

    /// <summary>When <see cref="Expire"/> has something to do; <see cref="long.MaxValue"/>: never.</summary>
    public long Deadline => _earliest;

    /// <summary>How many queries should be outstanding.</summary>
    /// <param name="upstream">Queries that the client's own payloads take.</param>
    /// <param name="backlog">Answers that the server's backlog takes.</param>
    /// <returns>1 when there is nothing to do: the slot that the server holds.</returns>
    public int Wanted(int upstream, int backlog) => Math.Clamp(Math.Max(upstream, backlog), 1, Window);

    /// <summary>Whether a query may be sent now: there are fewer outstanding than wanted, and the rate allows it.</summary>
    /// <param name="upstream">Queries that the client's own payloads take, besides those outstanding.</param>
    /// <param name="backlog">Answers that the server's backlog takes.</param>
    /// <param name="now">The time.</param>
    public bool CanSend(int upstream, int backlog, long now)
    {
        // What is outstanding may be held: own payloads need slots of their own, up to the window.
        int wanted = Math.Max(Wanted(0, backlog), Math.Min(Outstanding + upstream, Window));
        return Outstanding < wanted && NextSend(now) <= now;
    }

    /// <summary>When the rate allows the next query.</summary>
    /// <param name="now">The time.</param>
    public long NextSend(long now) => _rate.Next(now);

    /// <summary>A query was sent.</summary>
    /// <param name="now">The time.</param>
    /// <param name="rounds">How often a resolver that minimises asks for it: what the second time takes is no sign of a full path.</param>
    /// <returns>Its slot.</returns>
    /// <exception cref="InvalidOperationException">As many are outstanding as the maximum allows.</exception>
    public long OnSent(long now, DnsNameRounds rounds = DnsNameRounds.One)
    {
        if (!_free.TryPop(out int index)) throw new InvalidOperationException($"dns window: expected at most {_options.Maximum} outstanding queries");
        _rate.Take(now);
        ref Slot slot = ref _slots[index];
        slot.Generation = (slot.Generation + 1) & int.MaxValue;
        long extra = rounds == DnsNameRounds.One ? 0 : LongExtra;
        (slot.IsOutstanding, slot.Rounds, slot.SentAt, slot.Extra, slot.Deadline, slot.Series) = (true, rounds, now, extra, now + Timeout + extra, _series);
        _peak = Math.Max(_peak, Outstanding);
        _earliest = Math.Min(_earliest, slot.Deadline);
        return ((long)slot.Generation << 32) | (uint)index;
    }

    /// <summary>An answer came.</summary>
    /// <param name="ticket">Its slot.</param>
    /// <param name="now">The time.</param>
    /// <param name="held">For how long the server held it.</param>
    /// <returns>False when its time was over: a failure that was none.</returns>
    public bool OnAnswered(long ticket, long now, long held)
    {
        _timeoutsInRow = 0;
        Expect(held);
        if (!TryEnd(ticket, out Slot slot))
        {
            Late++;
            if (Failed > 0) Failed--;
            _failures = Math.Max(0, _failures - 1);
            return false;
        }

        if (held == 0) Hasten(now);
        long delay = Normalise(Math.Max(1, now - slot.SentAt - held), slot.Rounds);
        bool tells = slot.Rounds != DnsNameRounds.Either;
        if (tells) Measure(delay, now);
        if (slot.SentAt < _shrunkAt) return true;
        Count(false);
        if (slot.SentAt >= _roundFrom) BeginRound(now);
        if (tells)
        {
            _roundLeast = Math.Min(_roundLeast, delay);
            _roundCount++;
        }

        if (IsSlow())
        {
            if (IsVain()) ForgetBase(now);
            else Shrink(now);
        }
        else if (Math.Max(_peak, _peakBefore) * 2 > Window) // RFC 7661 §4.1: a window that is not used is not proven
        {
            Grow();
        }

        return true;
    }

    /// <summary>A resolver said that it failed.</summary>
    /// <param name="ticket">The slot.</param>
    /// <param name="now">The time.</param>
    /// <param name="failure">What it said.</param>
    /// <returns>False when its time was over already.</returns>
    public bool OnFailed(long ticket, long now, DnsSlotFailure failure)
    {
        if (!TryEnd(ticket, out Slot slot)) return false;
        Failed++;
        if (failure == DnsSlotFailure.TimedOut) _timeoutsInRow++;
        if (_timeoutsInRow >= Math.Max(OutageTimeouts, Window) && _window > _options.Minimum)
        {
            _threshold = Math.Max(_options.Minimum, Math.Max(_threshold < _options.Maximum ? _threshold : 0, _window * _options.Decrease));
            _window = _options.Minimum;
            NoteShrink(now);
            return true;
        }

        if (slot.SentAt < _shrunkAt) return true;
        Count(true);
        double expected = _outcomes * _tolerated;
        if (_failures > 1 && _failures > expected + (2 * Math.Sqrt(expected)))
        {
            Learn(_failures / _outcomes);
            Shrink(now);
        }

        return true;
    }

    /// <summary>Ends slots whose time is over, as failures.</summary>
    /// <param name="now">The time.</param>
    /// <param name="expired">Room for their tickets.</param>
    /// <returns>How many; when the room is full there may be more.</returns>
    public int Expire(long now, Span<long> expired)
    {
        if (now < _earliest) return 0;
        int count = 0;
        for (int i = 0; i < _slots.Length && count < expired.Length; i++)
        {
            ref Slot slot = ref _slots[i];
            if (!slot.IsOutstanding || slot.Deadline > now) continue;
            expired[count] = ((long)slot.Generation << 32) | (uint)i;
            OnFailed(expired[count++], now, DnsSlotFailure.TimedOut);
        }

        _earliest = long.MaxValue;
        foreach (ref readonly Slot slot in _slots.AsSpan())
        {
            if (slot.IsOutstanding) _earliest = Math.Min(_earliest, slot.Deadline);
        }

        return count;
    }

    /// <summary>The path is full, or loses whatever its load is: then as much fails with a smaller window, and shrinking it further would only slow down.</summary>
    private void Learn(double share)
    {
        if (_outcomes >= LearnFrom && _window < _windowAtFailures * 0.9 && share >= _shareAtFailures * 0.6 && share <= _options.MostFailureShare) _tolerated = Math.Min(_options.MostFailureShare, Math.Max(_tolerated, share * 1.5));
        else _tolerated = Math.Max(_options.FailureShare, _tolerated * 0.7);
        (_windowAtFailures, _shareAtFailures) = (_window, share);
    }

    /// <summary>Whether shrinking for delay is of no use: so few queries fill no path, or two shrinks in a row left the delay where it was. Then the path is longer than it was taken for.</summary>
    private bool IsVain()
    {
        bool isVain = _window < _windowAtDelay * 0.9 && _roundLeast >= _delayAtWindow * 0.85;
        if (!isVain) (_windowBeforeVain, _vainShrinks) = (_window, 0);
        else _vainShrinks++;
        (_windowAtDelay, _delayAtWindow) = (_window, _roundLeast);
        if (_vainShrinks < VainShrinks && Window > _options.Minimum) return false;
        _threshold = Math.Max(_threshold, _windowBeforeVain);
        _vainShrinks = 0;
        return true;
    }

    private void Grow() => _window = Math.Min(_options.Maximum, IsDoubling ? _window + 1 : _window + (1 / _window));

    private void Shrink(long now)
    {
        _window = Math.Max(_options.Minimum, _window * _options.Decrease);
        _threshold = _window;
        NoteShrink(now);
    }

    private void NoteShrink(long now)
    {
        Shrinks++;
        _shrunkAt = now;
        (_outcomes, _failures) = (0, 0);
        BeginRound(now);
    }

    private void BeginRound(long now)
    {
        (_roundFrom, _roundLeast, _roundCount) = (now, long.MaxValue, 0);
        (_peakBefore, _peak) = (_peak, Outstanding);
    }

    private bool IsSlow() => _roundCount >= Math.Min(RoundSamples, Window)
        && _roundLeast > Math.Max(BaseDelay * _options.DelayFactor, BaseDelay + _options.DelayAllowance);

    private void Count(bool isFailure)
    {
        if (_outcomes >= SampleMemory) (_outcomes, _failures) = (_outcomes / 2, _failures / 2);
        _outcomes++;
        if (isFailure) _failures++;
    }

    private bool TryEnd(long ticket, out Slot slot)
    {
        int index = (int)(uint)ticket;
        slot = default;
        if ((uint)index >= (uint)_slots.Length || !_slots[index].IsOutstanding || _slots[index].Generation != (int)(ticket >> 32)) return false;
        slot = _slots[index];
        _slots[index].IsOutstanding = false;
        _free.Push(index);
        return true;
    }

    private struct Slot
    {
        public bool IsOutstanding;
        public DnsNameRounds Rounds;
        public int Generation;
        public long SentAt;
        public long Extra;
        public int Series;
        public long Deadline;
    }
}
