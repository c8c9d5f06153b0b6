namespace Adit.Core.Lifeline;

/// <summary>Octets of a stream between two offsets, in a ring that grows to a limit, and whose memory can be given back while it is empty.</summary>
/// <param name="limit">Octets at most; a power of two.</param>
internal sealed class StreamRing(int limit)
{
    private const int Least = 16 * 1024;

    private byte[] _octets = [];

    /// <summary>The offset of the first octet that is kept.</summary>
    public long Start { get; private set; }

    /// <summary>Octets that it may hold.</summary>
    public int Limit => limit;

    /// <summary>Copies octets to their place.</summary>
    /// <param name="offset">At least <see cref="Start"/>; the end at most <see cref="Limit"/> beyond it.</param>
    /// <param name="octets">The octets.</param>
    public void Write(long offset, ReadOnlySpan<byte> octets)
    {
        if (octets.IsEmpty) return;
        Grow((int)(offset + octets.Length - Start));
        int at = (int)(offset & (_octets.Length - 1));
        int first = Math.Min(octets.Length, _octets.Length - at);
        octets[..first].CopyTo(_octets.AsSpan(at));
        octets[first..].CopyTo(_octets);
    }

    /// <summary>Copies octets from their place.</summary>
    public void Read(long offset, Span<byte> octets)
    {
        if (octets.IsEmpty) return;
        Find(offset, octets.Length, out ReadOnlySpan<byte> first, out ReadOnlySpan<byte> second);
        first.CopyTo(octets);
        second.CopyTo(octets[first.Length..]);
    }

    /// <summary>Where octets are.</summary>
    /// <param name="offset">Of the first.</param>
    /// <param name="count">How many.</param>
    /// <param name="first">Up to the end of the ring.</param>
    /// <param name="second">The rest, from its beginning on.</param>
    public void Find(long offset, int count, out ReadOnlySpan<byte> first, out ReadOnlySpan<byte> second)
    {
        int at = (int)(offset & (_octets.Length - 1));
        first = _octets.AsSpan(at, Math.Min(count, _octets.Length - at));
        second = _octets.AsSpan(0, count - first.Length);
    }

    /// <summary>Whether it holds more memory than one that was hardly used.</summary>
    public bool IsLarge => _octets.Length > Least;

    /// <summary>Forgets what stands before an offset.</summary>
    /// <param name="offset">The new start.</param>
    public void Advance(long offset) => Start = offset;

    /// <summary>Gives the memory back; nothing may be kept.</summary>
    public void Release() => _octets = [];

    private void Grow(int needed)
    {
        if (needed <= _octets.Length) return;
        int size = Math.Max(Least, _octets.Length);
        while (size < needed) size *= 2;
        byte[] larger = GC.AllocateUninitializedArray<byte>(size);
        // Every octet goes to the place that its offset has in the larger ring.
        for (int done = 0; done < _octets.Length;)
        {
            long offset = Start + done;
            int from = (int)(offset & (_octets.Length - 1)), to = (int)(offset & (size - 1));
            int count = Math.Min(_octets.Length - done, Math.Min(_octets.Length - from, size - to));
            _octets.AsSpan(from, count).CopyTo(larger.AsSpan(to));
            done += count;
        }

        _octets = larger;
    }
}
