using Adit.Wire.Lifeline;

namespace Adit.Core.Lifeline;

/// <summary>
/// The numbers that arrived on a path, and which of them an acknowledgement tells. Where they come in order, or nearly, it tells all. Where they overtake one another by hundreds there are more ranges than a small
/// datagram has room for: then it tells the largest, what came since the third acknowledgement before this one (so that two in a row may be lost), and then the lowest ranges, which hold most. Memory is bounded.
/// </summary>
internal sealed class ArrivedPackets
{
    /// <summary>Ours: ranges that are remembered; the lowest are forgotten then. Half of what a replay window can tell apart.</summary>
    private const int MostRanges = 2048;

    /// <summary>Ours: up to so many ranges are all told.</summary>
    private const int Few = 12;

    /// <summary>Ours: numbers that are remembered in the order of their arrival.</summary>
    private const int MostRecent = 64;

    /// <summary>Ours: what a range takes in an acknowledgement, about.</summary>
    private const int OctetsOfRange = 3;

    private readonly RangeSet _ranges = new();
    private readonly long[] _recent = new long[MostRecent];
    private long _count;
    private long _told;
    private long _toldBefore;
    private long _toldLongBefore;
    private long _largestAt;

    /// <summary>A packet that is authentic and new.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="now">The time, in microseconds.</param>
    public void Add(long number, long now)
    {
        if (_ranges.IsEmpty || number >= _ranges[_ranges.Count - 1].End) _largestAt = now;
        _ranges.Add(number, number + 1);
        while (_ranges.Count > MostRanges) _ranges.Remove(_ranges[0].Start, _ranges[0].End);
        _recent[_count++ % MostRecent] = number;
    }

    /// <summary>Writes an acknowledgement.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="path">The path that it is about, where it goes by another; else null.</param>
    /// <param name="now">The time, in microseconds.</param>
    /// <returns>Whether anything arrived, and it fitted.</returns>
    public bool TryWrite(ref LifelineFrameWriter writer, uint? path, long now)
    {
        if (_ranges.IsEmpty) return false;
        Span<int> chosen = stackalloc int[LifelineFrame.MaximumRanges];
        int count = Choose(chosen, writer.Left / OctetsOfRange);
        Span<(ulong First, ulong Last)> ranges = stackalloc (ulong, ulong)[count];
        for (int i = 0; i < count; i++)
        {
            (long start, long end) = _ranges[chosen[count - 1 - i]];
            ranges[i] = ((ulong)start, (ulong)(end - 1));
        }

        if (!writer.TryWriteAck(path, ranges, (ulong)Math.Max(0, (now - _largestAt) / 1000))) return false;
        (_toldLongBefore, _toldBefore, _told) = (_toldBefore, _told, _count);
        return true;
    }

    /// <summary>Chooses ranges by their index, in ascending order.</summary>
    private int Choose(Span<int> chosen, int room)
    {
        int most = Math.Clamp(room, 1, chosen.Length);
        if (_ranges.Count <= Math.Min(Few, most))
        {
            for (int i = 0; i < _ranges.Count; i++) chosen[i] = i;
            return _ranges.Count;
        }

        int count = 0;
        Insert(chosen, ref count, _ranges.Count - 1);
        for (long i = _count - 1; i >= Math.Max(_toldLongBefore, _count - MostRecent) && count < most; i--)
        {
            if (_ranges.IndexOf(_recent[i % MostRecent]) is >= 0 and var index) Insert(chosen, ref count, index);
        }

        for (int i = 0; i < _ranges.Count && count < most; i++) Insert(chosen, ref count, i);
        return count;
    }

    private static void Insert(Span<int> chosen, ref int count, int index)
    {
        int at = chosen[..count].BinarySearch(index);
        if (at >= 0) return;
        at = ~at;
        chosen[at..count].CopyTo(chosen[(at + 1)..]);
        chosen[at] = index;
        count++;
    }
}
