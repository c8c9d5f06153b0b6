namespace Adit.Core.Links;

/// <summary>
/// Decides what a <see cref="FaultLink"/> does to each packet. It has no clock, no queue and no packets: lengths and times go in, verdicts come out, the same for the same seed on every machine.
/// </summary>
/// <param name="options">What is to go wrong.</param>
public sealed class FaultEngine(FaultOptions options)
{
    private ulong _state = options.Seed;
    private long _free; // when the last packet will have left, at the rate
    private long _last; // when the last packet in order leaves

    /// <summary>Judges the next packet.</summary>
    /// <param name="length">Its octets.</param>
    /// <param name="waiting">Packets that were judged and have not left yet.</param>
    /// <param name="now">The time in ticks of a <see cref="TimeSpan"/>; it never goes back.</param>
    public FaultVerdict Judge(int length, int waiting, long now)
    {
        // Every packet takes the same number of draws, so that one setting does not change what chance says to the others.
        double loss = Next(), duplicate = Next(), corrupt = Next(), reorder = Next(), jitter = Next();
        ulong bit = NextNumber();
        if (loss < options.Loss) return new FaultVerdict(DropReason.Fault, 0, now, -1);
        if (waiting >= options.Queue) return new FaultVerdict(DropReason.NoRoom, 0, now, -1);
        int copies = duplicate < options.Duplicate && waiting + 1 < options.Queue ? 2 : 1;
        int turned = corrupt < options.Corrupt && length > 0 ? (int)(bit % ((ulong)length * 8)) : -1;
        long at = now;
        if (options.Rate > 0)
        {
            _free = Math.Max(_free, now) + (long)((double)length * 8 * copies * TimeSpan.TicksPerSecond / options.Rate);
            at = _free;
        }

        if (reorder < options.Reorder) return new FaultVerdict(DropReason.None, copies, at, turned);
        at += options.Delay.Ticks + (long)((jitter * 2 - 1) * options.Jitter.Ticks);
        _last = Math.Max(_last, at);
        return new FaultVerdict(DropReason.None, copies, _last, turned);
    }

    private double Next() => (NextNumber() >> 11) * (1.0 / (1UL << 53));

    // SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014): ours to fix, unlike System.Random's.
    private ulong NextNumber()
    {
        ulong z = _state += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
