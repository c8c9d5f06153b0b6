namespace Adit.Wire.Lifeline;

/// <summary>A frame as it lies in a datagram. Which members mean something depends on <see cref="Type"/>; docs/protocols/lifeline.md §5 has the layouts.</summary>
public readonly ref struct LifelineFrame
{
    /// <summary>The longest reason of a CLOSE, in octets.</summary>
    public const int MaximumReason = 120;

    /// <summary>Ranges of an ACK at most.</summary>
    public const int MaximumRanges = 64;

    /// <summary>What it is.</summary>
    public LifelineFrameType Type { get; private init; }

    /// <summary>The offset of DATA, the limit of MAXDATA, the octets of BACKLOG, the end of FIN, the code of CLOSE, the largest number of ACK, 0 or 1 of PATH_STATUS, the offset of ARRIVED.</summary>
    public ulong Value { get; private init; }

    /// <summary>The other path of ACK_OTHER.</summary>
    public uint Path { get; private init; }

    /// <summary>How long an ACK waited, in milliseconds.</summary>
    public ulong Delay { get; private init; }

    /// <summary>The octets of DATA, the reason of CLOSE, the ranges of ACK.</summary>
    public ReadOnlySpan<byte> Octets { get; private init; }

    /// <summary>Reads the frame at the beginning of octets.</summary>
    /// <param name="source">The frames of a datagram that are left.</param>
    /// <param name="frame">The frame.</param>
    /// <param name="consumed">Octets that it took.</param>
    /// <returns>Ok, Truncated, BadLength, BadValue, or Unsupported for a type that is not known.</returns>
    public static DecodeStatus TryRead(ReadOnlySpan<byte> source, out LifelineFrame frame, out int consumed)
    {
        frame = default;
        consumed = 0;
        if (source.IsEmpty) return DecodeStatus.Truncated;
        var type = (LifelineFrameType)source[0];
        int at = 1;
        DecodeStatus status;
        switch (type)
        {
            case LifelineFrameType.Padding or LifelineFrameType.Ping:
                frame = new LifelineFrame { Type = type };
                break;
            case LifelineFrameType.Ack or LifelineFrameType.AckOther:
                status = TryReadAck(source, type, ref at, out frame);
                if (status != DecodeStatus.Ok) return status;
                break;
            case LifelineFrameType.Data or LifelineFrameType.DataToEnd or LifelineFrameType.Close:
                if (!TryNext(source, ref at, out ulong offset)) return DecodeStatus.Truncated;
                ulong length = (ulong)(source.Length - at);
                if (type != LifelineFrameType.DataToEnd && !TryNext(source, ref at, out length)) return DecodeStatus.Truncated;
                if (length > (ulong)(source.Length - at)) return DecodeStatus.BadLength; // a datagram is whole: nothing follows it
                if (type == LifelineFrameType.Close ? length > MaximumReason : offset + length > LifelineVarint.Maximum) return DecodeStatus.BadValue;
                frame = new LifelineFrame { Type = type == LifelineFrameType.Close ? type : LifelineFrameType.Data, Value = offset, Octets = source.Slice(at, (int)length) };
                at += (int)length;
                break;
            case LifelineFrameType.MaxData or LifelineFrameType.Backlog or LifelineFrameType.Fin or LifelineFrameType.PathStatus or LifelineFrameType.Arrived:
                if (!TryNext(source, ref at, out ulong value)) return DecodeStatus.Truncated;
                if (type == LifelineFrameType.PathStatus && value > 1) return DecodeStatus.BadValue;
                frame = new LifelineFrame { Type = type, Value = value };
                break;
            default:
                return DecodeStatus.Unsupported;
        }

        consumed = at;
        return DecodeStatus.Ok;
    }

    /// <summary>Reads the next range of an ACK, from the largest number downwards.</summary>
    /// <param name="octets"><see cref="Octets"/>, of which what was read is cut off.</param>
    /// <param name="smallest">The smallest number of the range before; for the first call <see cref="Value"/> + 2.</param>
    /// <param name="first">The first number of the range.</param>
    /// <param name="last">The last.</param>
    /// <returns>Whether there was one.</returns>
    public static bool TryReadRange(ref ReadOnlySpan<byte> octets, ulong smallest, out ulong first, out ulong last)
    {
        first = last = 0;
        int at = 0;
        if (!TryNext(octets, ref at, out ulong gap) || !TryNext(octets, ref at, out ulong length)) return false;
        octets = octets[at..];
        if (smallest < gap + 2 || smallest - gap - 2 < length) return false;
        last = smallest - gap - 2;
        first = last - length;
        return true;
    }

    private static DecodeStatus TryReadAck(ReadOnlySpan<byte> source, LifelineFrameType type, scoped ref int at, out LifelineFrame frame)
    {
        frame = default;
        ulong path = 0;
        if (type == LifelineFrameType.AckOther && !TryNext(source, ref at, out path)) return DecodeStatus.Truncated;
        if (!TryNext(source, ref at, out ulong largest) || !TryNext(source, ref at, out ulong delay) || !TryNext(source, ref at, out ulong count)) return DecodeStatus.Truncated;
        if (path > uint.MaxValue || count is 0 or > MaximumRanges) return DecodeStatus.BadValue;
        int start = at;
        ulong smallest = largest + 2;
        for (ulong i = 0; i < count; i++)
        {
            if (!TryNext(source, ref at, out ulong gap) || !TryNext(source, ref at, out ulong length)) return DecodeStatus.Truncated;
            // The first range ends at the largest number; below zero there are none.
            if ((i == 0 && gap != 0) || gap > smallest || smallest - gap < 2 || smallest - gap - 2 < length) return DecodeStatus.BadValue;
            smallest = smallest - gap - 2 - length;
        }

        frame = new LifelineFrame { Type = type, Value = largest, Path = (uint)path, Delay = delay, Octets = source[start..at] };
        return DecodeStatus.Ok;
    }

    private static bool TryNext(ReadOnlySpan<byte> source, scoped ref int at, out ulong value)
    {
        if (LifelineVarint.TryRead(source[at..], out value, out int consumed) != DecodeStatus.Ok) return false;
        at += consumed;
        return true;
    }
}
