namespace Adit.Platform.Crypto.PostQuantum;

/// <summary>Sorts in a time and with indexes that depend only on the count: Batcher's merge exchange (Knuth, The Art of Computer Programming 3, §5.2.2, algorithm M).</summary>
internal static class ConstantTimeSort
{
    internal static void Sort(Span<uint> values)
    {
        int top = 1;
        while (top * 2 < values.Length) top *= 2;
        for (int p = top; p > 0; p /= 2)
        {
            int q = top, r = 0, distance = p;
            while (true)
            {
                for (int i = 0; i < values.Length - distance; i++)
                {
                    if ((i & p) == r) Order(ref values[i], ref values[i + distance]);
                }

                if (q == p) break;
                distance = q - p;
                q /= 2;
                r = p;
            }
        }
    }

    private static void Order(ref uint low, ref uint high)
    {
        // The borrow of the subtraction in 64 bits says which is greater.
        uint swap = (uint)(((long)high - low) >> 63) & (low ^ high);
        low ^= swap;
        high ^= swap;
    }
}
