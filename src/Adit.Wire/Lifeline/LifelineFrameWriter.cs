namespace Adit.Wire.Lifeline;

/// <summary>Writes frames one after the other into the room of a datagram. What does not fit is not written.</summary>
/// <param name="room">For all frames.</param>
public ref struct LifelineFrameWriter(Span<byte> room)
{
    private readonly Span<byte> _room = room;

    /// <summary>Octets written.</summary>
    public int Length { get; private set; }

    /// <summary>Octets left.</summary>
    public readonly int Left => _room.Length - Length;

    /// <summary>Writes a frame that is its type alone: PING.</summary>
    /// <returns>Whether it fitted.</returns>
    public bool TryWrite(LifelineFrameType type)
    {
        if (Left < 1) return false;
        _room[Length++] = (byte)type;
        return true;
    }

    /// <summary>Writes a frame of one number: MAXDATA, BACKLOG, FIN, PATH_STATUS, ARRIVED.</summary>
    /// <param name="type">Which.</param>
    /// <param name="value">Its number.</param>
    /// <returns>Whether it fitted.</returns>
    public bool TryWrite(LifelineFrameType type, ulong value)
    {
        if (Left < 1 + LifelineVarint.LengthOf(value)) return false;
        _room[Length++] = (byte)type;
        Put(value);
        return true;
    }

    /// <summary>Writes CLOSE.</summary>
    /// <param name="code">Why.</param>
    /// <param name="reason">Words; cut to <see cref="LifelineFrame.MaximumReason"/> and to the room.</param>
    /// <returns>Whether at least the code fitted.</returns>
    public bool TryWriteClose(ulong code, scoped ReadOnlySpan<byte> reason)
    {
        int head = 1 + LifelineVarint.LengthOf(code) + 2;
        if (Left < head) return false;
        reason = reason[..Math.Min(reason.Length, Math.Min(LifelineFrame.MaximumReason, Left - head))];
        _room[Length++] = (byte)LifelineFrameType.Close;
        Put(code);
        Put((ulong)reason.Length);
        reason.CopyTo(_room[Length..]);
        Length += reason.Length;
        return true;
    }

    /// <summary>Begins DATA and gives the place of its octets: as many as are wanted and fit.</summary>
    /// <param name="offset">Of the first octet in the stream.</param>
    /// <param name="wanted">Octets; at least 1.</param>
    /// <param name="toEnd">Whether nothing will follow in this datagram, which spares the length.</param>
    /// <param name="octets">Where to copy them.</param>
    /// <returns>Whether at least one fitted.</returns>
    public bool TryBeginData(ulong offset, int wanted, bool toEnd, out Span<byte> octets)
    {
        octets = default;
        int head = 1 + LifelineVarint.LengthOf(offset);
        int count = Math.Min(wanted, Left - head - (toEnd ? 0 : LifelineVarint.LengthOf((ulong)Math.Max(0, Left))));
        if (count < 1) return false;
        _room[Length++] = (byte)(toEnd ? LifelineFrameType.DataToEnd : LifelineFrameType.Data);
        Put(offset);
        if (!toEnd) Put((ulong)count);
        octets = _room.Slice(Length, count);
        Length += count;
        return true;
    }

    /// <summary>Writes ACK or ACK_OTHER: the largest number first, ranges downwards. Ranges that do not fit are left out.</summary>
    /// <param name="path">The other path; null for this one.</param>
    /// <param name="ranges">First and last number of each range, descending, at least one apart.</param>
    /// <param name="delay">Milliseconds since the largest arrived.</param>
    /// <returns>Whether at least the first range fitted.</returns>
    public bool TryWriteAck(uint? path, scoped ReadOnlySpan<(ulong First, ulong Last)> ranges, ulong delay)
    {
        if (ranges.IsEmpty) return false;
        // Counted first: the number of ranges stands before them.
        int size = 1 + (path is { } p ? LifelineVarint.LengthOf(p) : 0) + LifelineVarint.LengthOf(ranges[0].Last) + LifelineVarint.LengthOf(delay) + 2;
        int count = 0;
        ulong smallest = ranges[0].Last + 2;
        foreach ((ulong first, ulong last) in ranges)
        {
            int more = LifelineVarint.LengthOf(smallest - last - 2) + LifelineVarint.LengthOf(last - first);
            if (count == LifelineFrame.MaximumRanges || size + more > Left) break;
            size += more;
            count++;
            smallest = first;
        }

        if (count == 0) return false;
        _room[Length++] = (byte)(path is null ? LifelineFrameType.Ack : LifelineFrameType.AckOther);
        if (path is { } other) Put(other);
        Put(ranges[0].Last);
        Put(delay);
        Put((ulong)count);
        smallest = ranges[0].Last + 2;
        foreach ((ulong first, ulong last) in ranges[..count])
        {
            Put(smallest - last - 2);
            Put(last - first);
            smallest = first;
        }

        return true;
    }

    private void Put(ulong value) => Length += LifelineVarint.Write(_room[Length..], value);
}
