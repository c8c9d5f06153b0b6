namespace Adit.Core.Lifeline;

/// <summary>Disjoint ranges of 64-bit numbers, half open, in ascending order. Few ranges are expected; with many, adding costs a move.</summary>
internal sealed class RangeSet
{
    private readonly List<(long Start, long End)> _ranges = [];

    /// <summary>How many ranges.</summary>
    public int Count => _ranges.Count;

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _ranges.Count == 0;

    /// <summary>A range, from the lowest.</summary>
    public (long Start, long End) this[int index] => _ranges[index];

    /// <summary>Adds a range, which may touch or overlap others.</summary>
    public void Add(long start, long end)
    {
        if (start >= end) return;
        int at = FirstEndingFrom(start);
        int last = at;
        while (last < _ranges.Count && _ranges[last].Start <= end)
        {
            start = Math.Min(start, _ranges[last].Start);
            end = Math.Max(end, _ranges[last].End);
            last++;
        }

        if (last == at)
        {
            _ranges.Insert(at, (start, end));
            return;
        }

        _ranges[at] = (start, end);
        _ranges.RemoveRange(at + 1, last - at - 1);
    }

    /// <summary>Takes a range out, wherever it is in.</summary>
    public void Remove(long start, long end)
    {
        if (start >= end) return;
        int at = FirstEndingFrom(start + 1);
        while (at < _ranges.Count && _ranges[at].Start < end)
        {
            (long s, long e) = _ranges[at];
            if (s < start && e > end)
            {
                _ranges[at] = (s, start);
                _ranges.Insert(at + 1, (end, e));
                return;
            }

            if (s < start) _ranges[at++] = (s, start);
            else if (e > end) _ranges[at++] = (end, e);
            else _ranges.RemoveAt(at);
        }
    }

    /// <summary>Whether a whole range is in.</summary>
    public bool Contains(long start, long end)
    {
        int at = FirstEndingFrom(start + 1);
        return at < _ranges.Count && _ranges[at].Start <= start && _ranges[at].End >= end;
    }

    /// <summary>Which range a number is in; -1 for none.</summary>
    public int IndexOf(long number)
    {
        int at = FirstEndingFrom(number + 1);
        return at < _ranges.Count && _ranges[at].Start <= number ? at : -1;
    }

    /// <summary>Takes all out.</summary>
    public void Clear() => _ranges.Clear();

    /// <summary>The first range whose end is not below a number.</summary>
    private int FirstEndingFrom(long number)
    {
        int low = 0, high = _ranges.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_ranges[middle].End < number) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
