using System.Buffers.Binary;

namespace Adit.Core.Lifeline;

/// <summary>Cookies that have made a path and are not out of date yet: none of them makes another.</summary>
internal sealed class UsedCookies
{
    /// <summary>Ours: of 16 octets each; with all of them in use nobody gets a path until one is out of date.</summary>
    private const int Most = 262_144;

    private readonly HashSet<UInt128> _used = [];
    private readonly PriorityQueue<UInt128, long> _byEnd = new();

    /// <summary>Whether a cookie, which is authentic, may make a path.</summary>
    /// <param name="cookie">16 octets.</param>
    /// <param name="now">The time, in microseconds.</param>
    public bool MayTake(ReadOnlySpan<byte> cookie, long now)
    {
        while (_byEnd.TryPeek(out UInt128 oldest, out long end) && end <= now)
        {
            _byEnd.Dequeue();
            _used.Remove(oldest);
        }

        return _used.Count < Most && !_used.Contains(Key(cookie));
    }

    /// <summary>It has made one.</summary>
    /// <param name="cookie">16 octets.</param>
    /// <param name="end">When it is out of date.</param>
    public void Take(ReadOnlySpan<byte> cookie, long end)
    {
        if (_used.Add(Key(cookie))) _byEnd.Enqueue(Key(cookie), end);
    }

    private static UInt128 Key(ReadOnlySpan<byte> cookie) => BinaryPrimitives.ReadUInt128BigEndian(cookie);
}
