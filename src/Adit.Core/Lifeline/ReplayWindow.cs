namespace Adit.Core.Lifeline;

/// <summary>Which of the last packet numbers of one path and direction were seen: 4096 of them, since carriers reorder by hundreds. Checked before, updated after authentication.</summary>
internal sealed class ReplayWindow
{
    private const int Window = 4096;
    private const int Size = 2 * Window; // the words at the front are used again as a whole, and must be out of the window by then

    private readonly ulong[] _seen = new ulong[Size / 64];

    /// <summary>The largest number that was seen; -1 for none.</summary>
    public long Largest { get; private set; } = -1;

    /// <summary>The number that its 16 lowest bits most likely mean (as RFC 9000 §A.3).</summary>
    public long Expand(ushort truncated)
    {
        long expected = Largest + 1;
        long candidate = (expected & ~0xffffL) | truncated;
        if (candidate <= expected - 0x8000) return candidate + 0x10000;
        return candidate > expected + 0x8000 && candidate >= 0x10000 ? candidate - 0x10000 : candidate;
    }

    /// <summary>Whether a number is new, and not too old to tell.</summary>
    public bool IsNew(long number) =>
        number > Largest || (number > Largest - Window && number >= 0 && (_seen[(number >> 6) & ((Size / 64) - 1)] & (1UL << (int)(number & 63))) == 0);

    /// <summary>Notes a number that was authentic.</summary>
    public void Note(long number)
    {
        if (number > Largest)
        {
            // Words between the old and the new largest are used again.
            long from = (Largest >> 6) + 1, to = number >> 6;
            if (to - from >= Size / 64) Array.Clear(_seen);
            else for (long word = from; word <= to; word++) _seen[word & ((Size / 64) - 1)] = 0;
            Largest = number;
        }

        _seen[(number >> 6) & ((Size / 64) - 1)] |= 1UL << (int)(number & 63);
    }
}
