namespace Adit.Core.Lifeline;

/// <content>The stream: offsets, windows, both ends.</content>
public sealed partial class LifelineSession
{
    /// <summary>How far each side may write before it hears of a limit, in octets: both sides know it.</summary>
    private const long InitialLimit = 64 * 1024;

    /// <summary>Ours: how long the memory of a ring that has become empty is kept, in microseconds. Longer than any pause of a stream that moves; an idle session then holds none.</summary>
    private const long RingsKept = 2_000_000;

    /// <summary>Ours: pieces with gaps between them that are kept; more than packets may be on their way on all paths of a carrier that loses any. Who sends more means to be a burden.</summary>
    private const int MostPieces = 8192;

    private readonly StreamRing _outgoing;
    private readonly StreamRing _incoming;
    private readonly RangeSet _lost = new();
    private readonly RangeSet _acknowledged = new();
    private readonly RangeSet _arrived = new();
    private long _written;
    private long _next;
    private long _peerLimit;
    private long _read;
    private long _granted;
    private bool _grantDue;
    private bool _grantsWindow;
    private long _peerEnd = -1;
    private bool _finWanted;
    private bool _finDue;
    private bool _finAcknowledged;
    private long _ringsUsed;
    private Memory<byte> _sink;
    private int _sunk;

    /// <summary>Octets that may be written now.</summary>
    public int WriteRoom => End != LifelineEnd.None || _finWanted ? 0 : (int)(_outgoing.Limit - (_written - _outgoing.Start));

    /// <summary>Octets that were written, and not acknowledged yet.</summary>
    public long Unacknowledged => _written - _outgoing.Start;

    /// <summary>Octets that wait to be sent, for the first time or again.</summary>
    public long Backlog
    {
        get
        {
            long sum = Math.Max(0, Math.Min(_written, _peerLimit) - _next);
            for (int i = 0; i < _lost.Count; i++) sum += _lost[i].End - _lost[i].Start;
            return sum;
        }
    }

    /// <summary>Octets that can be read now.</summary>
    public int Readable => _arrived.IsEmpty || _arrived[0].Start != _read ? 0 : (int)Math.Min(int.MaxValue, _arrived[0].End - _read);

    /// <summary>Octets that the peer has for sure, and those that were read here.</summary>
    public long Progress => _outgoing.Start + _read;

    /// <summary>How far the peer's octets are here, without a gap.</summary>
    private long InOrder => _read + Readable;

    /// <summary>Whether the peer's direction has ended and all of it was read.</summary>
    public bool IsReadToEnd => _peerEnd >= 0 && _read == _peerEnd;

    /// <summary>Takes octets into the stream.</summary>
    /// <param name="octets">What is to be sent.</param>
    /// <returns>How many were taken; less than all where <see cref="WriteRoom"/> is short.</returns>
    public int Write(ReadOnlySpan<byte> octets)
    {
        int count = Math.Min(octets.Length, WriteRoom);
        if (count == 0) return 0;
        _outgoing.Write(_written, octets[..count]);
        _written += count;
        return count;
    }

    /// <summary>The peer is known, by its carrier key or by what runs above: it gets the whole window with the next datagram that has room, in place of the initial limit that grows with what was read.</summary>
    internal void GrantWindow()
    {
        if (_grantsWindow) return;
        _grantsWindow = _grantDue = true;
    }

    /// <summary>How far the peer may write now: a window beyond what was read, which for strangers is no more than they have proven to use.</summary>
    private long Grant => _read + (_grantsWindow ? _incoming.Limit : Math.Min(_incoming.Limit, Math.Max(InitialLimit, _read)));

    /// <summary>Ends this side's direction behind what was written.</summary>
    public void CompleteWrites()
    {
        if (_finWanted) return;
        _finWanted = _finDue = true;
    }

    /// <summary>Gives out octets of the stream.</summary>
    /// <param name="room">Where to.</param>
    /// <returns>How many; 0 when there are none now, or at the end.</returns>
    public int Read(Span<byte> room)
    {
        int count = Math.Min(room.Length, Readable);
        if (count == 0) return 0;
        _incoming.Read(_read, room[..count]);
        _arrived.Remove(_read, _read + count);
        _ringsUsed = _now;
        Consume(count);
        return count;
    }

    /// <summary>Somebody waits for octets: what comes next in order goes straight to him, until <see cref="TakeSunk"/>. Only while none can be read.</summary>
    /// <param name="room">Where to. Beyond what <see cref="TakeSunk"/> tells it may hold anything, also what was forged.</param>
    public void Sink(Memory<byte> room) => (_sink, _sunk) = (room, 0);

    /// <summary>He looks: nothing more goes to his room.</summary>
    /// <returns>Octets that are there.</returns>
    public int TakeSunk()
    {
        int count = _sunk;
        (_sink, _sunk) = (default, 0);
        return count;
    }

    /// <summary>Whether octets wait in the room of somebody who waits.</summary>
    public bool HasSunk => _sunk > 0;

    /// <summary>Octets that come next stand in the room of who waits.</summary>
    private void TakeDirect(int count)
    {
        (_sink, _sunk) = (_sink[count..], _sunk + count);
        Consume(count);
    }

    private void Consume(int count)
    {
        _read += count;
        _incoming.Advance(_read);
        // A new limit is worth a frame once a quarter of the window was read.
        if (_peerEnd < 0 && Grant - _granted >= Math.Min(_incoming.Limit / 4, Math.Max(InitialLimit / 2, _read / 2))) _grantDue = true;
    }

    private bool Take(long offset, ReadOnlySpan<byte> octets)
    {
        long end = offset + octets.Length;
        if (end > _granted) return false;
        if (_peerEnd >= 0 && end > _peerEnd) return false;
        if (end <= _read) return true;
        if (offset < _read)
        {
            octets = octets[(int)(_read - offset)..];
            offset = _read;
        }

        if (offset == _read && !_sink.IsEmpty && _arrived.IsEmpty)
        {
            int count = Math.Min(octets.Length, _sink.Length);
            octets[..count].CopyTo(_sink.Span);
            TakeDirect(count);
            octets = octets[count..];
            offset += count;
        }

        if (octets.IsEmpty || _arrived.Contains(offset, end)) return true;
        if (_arrived.Count >= MostPieces) return false;
        _incoming.Write(offset, octets);
        _arrived.Add(offset, end);
        return true;
    }

    private bool TakeEnd(long end)
    {
        if (end < _read || (!_arrived.IsEmpty && end < _arrived[_arrived.Count - 1].End) || (_peerEnd >= 0 && _peerEnd != end)) return false;
        _peerEnd = end;
        return true;
    }

    /// <summary>The peer has everything up to an offset, whatever became of its acknowledgements.</summary>
    private bool TakeArrived(long offset)
    {
        if (offset > _next) return false; // never sent
        if (offset <= _outgoing.Start) return true;
        _lost.Remove(_outgoing.Start, offset);
        _acknowledged.Add(_outgoing.Start, offset);
        Advance();
        return true;
    }

    /// <summary>What was in packets that arrived.</summary>
    private void Settle()
    {
        foreach (SentPacket packet in _settled)
        {
            if (packet.HasFin) _finAcknowledged = true;
            if (packet.DataEnd <= packet.DataStart) continue;
            _lost.Remove(packet.DataStart, packet.DataEnd);
            if (packet.DataEnd > _outgoing.Start) _acknowledged.Add(Math.Max(packet.DataStart, _outgoing.Start), packet.DataEnd);
        }

        Advance();
    }

    private void Advance()
    {
        if (_acknowledged.IsEmpty || _acknowledged[0].Start > _outgoing.Start) return;
        long upTo = _acknowledged[0].End;
        _acknowledged.Remove(_acknowledged[0].Start, upTo);
        _outgoing.Advance(upTo);
        _ringsUsed = _now;
    }

    private bool CanReleaseOutgoing => _outgoing.IsLarge && Unacknowledged == 0;

    private bool CanReleaseIncoming => _incoming.IsLarge && _arrived.IsEmpty;

    /// <summary>When memory may be given back; null where there is none to give.</summary>
    private long? ReleaseAt => CanReleaseOutgoing || CanReleaseIncoming ? _ringsUsed + RingsKept : null;

    private void ReleaseRings()
    {
        if (CanReleaseOutgoing) _outgoing.Release();
        if (CanReleaseIncoming) _incoming.Release();
    }

    /// <summary>What was in packets that are lost is due again, but for what arrived otherwise.</summary>
    private void Requeue()
    {
        foreach (SentPacket packet in _settled)
        {
            if (packet.HasFin && !_finAcknowledged) _finDue = true;
            if (packet.HasMaxData) _grantDue = true;
            foreach (LifelinePath path in _paths)
            {
                path.StatusDue |= packet.HasPathStatus;
                path.ArrivedDue |= packet.HasArrived && !path.Profile.IsDear;
            }

            long start = Math.Max(packet.DataStart, _outgoing.Start);
            if (packet.DataEnd <= start) continue;
            _lost.Add(start, packet.DataEnd);
            for (int i = 0; i < _acknowledged.Count && _acknowledged[i].Start < packet.DataEnd; i++) _lost.Remove(_acknowledged[i].Start, _acknowledged[i].End);
        }

        _settled.Clear();
    }
}
