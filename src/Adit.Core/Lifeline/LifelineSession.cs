namespace Adit.Core.Lifeline;

/// <summary>
/// One side of a lifeline: a reliable ordered stream over one path or several that lose, reorder, double and forge datagrams, and may come and go. A sans-I/O engine: octets and the time go in,
/// octets and the next deadline come out. Not safe for several threads at once. docs/protocols/lifeline.md specifies it.
/// </summary>
/// <remarks>
/// Theory of operation: octets of the stream are known by their offset, so what was lost may be sent again in other pieces, on another path. Each path numbers its packets for itself and never uses a number twice, so a
/// number is nonce, replay check and acknowledgement in one. A carrier asks (<see cref="Poll"/>) whenever it can send, with the room it has; what is on its way on a path is bounded by its profile, what waits by the
/// windows. When a path falls silent its data goes another way; when it is removed, at once.
/// </remarks>
public sealed partial class LifelineSession : IDisposable
{
    private readonly LifelineOptions _options;
    private readonly List<LifelinePath> _paths = [];
    private readonly List<SentPacket> _settled = [];
    private long _lastHeard;
    private long _now;
    private long _ticked = long.MinValue;
    private int _closesLeft;
    private long _closeAgainAt;
    private long _silenceLimit;
    private bool _isDisposed;

    /// <summary>Makes one side of a session.</summary>
    /// <param name="isServer">Which side.</param>
    /// <param name="options">How it behaves.</param>
    /// <param name="now">The time, in microseconds of a clock that never goes back.</param>
    public LifelineSession(bool isServer, LifelineOptions options, long now)
    {
        ArgumentNullException.ThrowIfNull(options);
        IsServer = isServer;
        _options = options;
        _outgoing = new StreamRing(options.Window);
        _incoming = new StreamRing(options.Window);
        _peerLimit = InitialLimit;
        _granted = InitialLimit;
        _lastHeard = _now = now;
    }

    /// <summary>What loops and threads that share the session hold while they touch it.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Which side this is.</summary>
    public bool IsServer { get; }

    /// <summary>At the server: the hint of the carrier key that it began with; all zero for none.</summary>
    internal ReadOnlyMemory<byte> KeyHint { get; init; }

    /// <summary>The paths that are there.</summary>
    public IReadOnlyList<LifelinePath> Paths => _paths;

    /// <summary>Why it is over; <see cref="LifelineEnd.None"/> while it lives.</summary>
    public LifelineEnd End { get; private set; }

    /// <summary>The peer's words to it, or ours.</summary>
    public string EndReason { get; private set; } = "";

    /// <summary>Whether both directions have ended and everything was acknowledged, or the session is over.</summary>
    public bool IsFinished => End != LifelineEnd.None ? _closesLeft == 0 : _finAcknowledged && Unacknowledged == 0 && IsReadToEnd; // FIN may arrive before octets that were lost

    /// <summary>When <see cref="Tick"/> is due, in microseconds; null for never.</summary>
    public long? Deadline
    {
        get
        {
            long due = End == LifelineEnd.None ? _lastHeard + SilenceLimit : _closesLeft > 0 ? Ahead(_closeAgainAt) : long.MaxValue;
            foreach (LifelinePath path in _paths)
            {
                due = Math.Min(due, path.Recovery.Deadline ?? long.MaxValue);
                if (End != LifelineEnd.None) continue;
                if (path.AcknowledgeAt is { } acknowledge) due = Math.Min(due, Math.Min(Ahead(acknowledge), _paths.Count > 1 ? Ahead(OtherAckAt(path, acknowledge)) : long.MaxValue));
                if (path.Profile.KeepAlive > 0 && !IsServer) due = Math.Min(due, Ahead(Math.Max(path.LastSent, path.LastHeard) + path.Profile.KeepAlive));
            }

            due = Math.Min(due, ReleaseAt ?? long.MaxValue);
            return due == long.MaxValue ? null : due;
        }
    }

    /// <summary>Adds a path, with keys that both sides have (<see cref="LifelineClientHandshake"/>, <see cref="LifelineServer"/>).</summary>
    internal void Add(LifelinePath path)
    {
        _paths.Add(path);
        LeaveSuspects();
        path.PingDue = !IsServer;
        path.ArrivedDue = InOrder > 0;
        path.AwaitsPeer = !IsServer && path.Profile.IsReliable && Unacknowledged > 0;
    }

    /// <summary>Takes a path away: what was on its way goes elsewhere.</summary>
    /// <param name="path">One of the paths.</param>
    public void Remove(LifelinePath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!_paths.Remove(path)) return;
        path.IsRemoved = true;
        _settled.Clear();
        path.Recovery.LoseAll(_settled);
        Requeue();
        path.Dispose();
    }

    /// <summary>Chooses whether the stream goes on a path, or it is kept for later; the peer is told.</summary>
    public void Want(LifelinePath path, bool wanted)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.IsWanted == wanted) return;
        path.IsWanted = wanted;
        path.StatusDue = true;
    }

    /// <summary>Ends the session in both directions; the peer is told.</summary>
    /// <param name="end">Why.</param>
    /// <param name="reason">Words for the peer's log.</param>
    public void Close(LifelineEnd end, string reason)
    {
        if (End != LifelineEnd.None) return;
        (End, EndReason) = (end, reason);
        // Said three times, since nobody may be left to acknowledge it; once where that is dear, or of no use.
        _closesLeft = _paths.Count == 0 ? 0 : _paths.TrueForAll(p => p.Profile.IsDear || p.Profile.IsReliable) ? 1 : 3;
        _closeAgainAt = _now;
    }

    /// <summary>Time has passed: finds losses, and what is to be said without being asked.</summary>
    /// <param name="now">The time; one before the last is taken for the last.</param>
    public void Tick(long now)
    {
        _ticked = _now = now = Math.Max(now, _now);
        bool suspects = false;
        foreach (LifelinePath path in _paths)
        {
            _settled.Clear();
            path.Recovery.FindLost(now, _settled);
            bool isTimeout = path.Recovery.IsTimeout(now, _settled);
            path.PingDue |= isTimeout;
            suspects |= isTimeout;
            Requeue();
            if (path.Profile.KeepAlive > 0 && !IsServer && now >= Math.Max(path.LastSent, path.LastHeard) + path.Profile.KeepAlive) path.PingDue = true;
        }

        if (suspects) LeaveSuspects();
        if (now >= ReleaseAt) ReleaseRings();
        if (End == LifelineEnd.None && now >= _lastHeard + SilenceLimit)
        {
            (End, EndReason, _closesLeft) = (LifelineEnd.TimedOut, "nothing was heard for too long", 0);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        foreach (LifelinePath path in _paths)
        {
            path.IsRemoved = true; // who still holds it gets nothing for it
            path.Dispose();
        }

        _paths.Clear();
    }

    /// <summary>The server does not know the session any more.</summary>
    internal void Vanish()
    {
        if (End != LifelineEnd.None) return;
        (End, EndReason, _closesLeft) = (LifelineEnd.Gone, "the server does not know the session any more: it was restarted", 0);
    }

    /// <summary>What is due once, and was told by <see cref="Tick"/>: a carrier that is busy comes to it when it can.</summary>
    private long Ahead(long due) => due > _ticked ? due : long.MaxValue;

    /// <summary>What is on its way on a stream that seems dead goes by another path, where there is a good one: nobody else would find it lost.</summary>
    private void LeaveSuspects()
    {
        foreach (LifelinePath path in _paths)
        {
            if (!path.Profile.IsReliable || path.Recovery.Packets == 0 || path.Timeouts < _options.SuspectAfter || !_paths.Exists(p => p != path && IsGood(p))) continue;
            _settled.Clear();
            path.Recovery.LoseAll(_settled);
            Requeue();
            path.PingDue = true; // so that it is known when it lives again
        }
    }

    /// <summary>A path that is rarely asked for a sign of life may be silent for longer: three times what it is asked after.</summary>
    private long SilenceLimit
    {
        get
        {
            foreach (LifelinePath path in _paths) _silenceLimit = Math.Max(_silenceLimit, 3 * path.Profile.KeepAlive);
            return Math.Max(_silenceLimit, _options.SilenceLimit);
        }
    }

    private void Violate(string reason)
    {
        if (End == LifelineEnd.None) Close(LifelineEnd.ProtocolViolation, reason);
    }
}
