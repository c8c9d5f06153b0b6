using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Adit.Platform.Crypto.PostQuantum;

/// <summary>
/// Polynomials with coefficients in -1 … 1 modulo xᵖ - x - 1 (Streamlined NTRU Prime, NIST round 3, §3): those over Z/3, and those that are secret
/// and short. No branch, index or division depends on them.
/// </summary>
internal static class NtruPrimeSmall
{
    /// <summary>w: how many coefficients of a short polynomial are not zero.</summary>
    internal const int Weight = 286;

    /// <summary>Octets of an encoded polynomial: four coefficients each.</summary>
    internal const int EncodedLength = 191;

    private const int P = NtruPrimeField.P;
    private const int Room = NtruPrimeField.Room;

    /// <summary>x mod 3, centred, for |x| below 2^13.</summary>
    internal static int Freeze(int x) => x - (3 * (((10923 * x) + (1 << 14)) >> 15));

    /// <summary>A polynomial of uniform coefficients from 761 random words.</summary>
    internal static void FromUniform(ReadOnlySpan<uint> random, Span<int> target)
    {
        for (int i = 0; i < P; i++) target[i] = (int)(((random[i] & 0x3FFFFFFF) * 3) >> 30) - 1;
    }

    /// <summary>A polynomial with 286 coefficients that are not zero, in places that sorting decides, from 761 random words.</summary>
    internal static void FromShuffle(ReadOnlySpan<uint> random, Span<int> target)
    {
        Span<uint> words = stackalloc uint[P];
        for (int i = 0; i < P; i++) words[i] = i < Weight ? random[i] & ~1u : (random[i] & ~3u) | 1;
        ConstantTimeSort.Sort(words);
        for (int i = 0; i < P; i++) target[i] = (int)(words[i] & 3) - 1;
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(words));
    }

    /// <summary>target = a · b over Z/3.</summary>
    internal static void Multiply(ReadOnlySpan<int> a, ReadOnlySpan<int> b, Span<int> target)
    {
        // Without reduction the product's coefficients stay below 3 · 761, and Z/q's centred form keeps those up to 2295: |2283| is one of them.
        NtruPrimeField.MultiplySmall(a, b, target);
        for (int i = 0; i < P; i++) target[i] = Freeze(target[i]);
    }

    /// <summary>target = 1 / a over Z/3, by the same division steps as in <see cref="NtruPrimeField"/>.</summary>
    /// <returns>False when there is no inverse.</returns>
    internal static bool TryInvert(ReadOnlySpan<int> a, Span<int> target)
    {
        sbyte[] scratch = GC.AllocateArray<sbyte>(4 * Room, pinned: true);
        Span<sbyte> f = scratch.AsSpan(0, Room), g = scratch.AsSpan(Room, Room), v = scratch.AsSpan(2 * Room, Room), r = scratch.AsSpan(3 * Room, Room);
        f[0] = 1;
        f[P - 1] = f[P] = -1;
        for (int i = 0; i < P; i++) g[P - 1 - i] = (sbyte)a[i];
        r[0] = 1;

        int delta = 1;
        for (int step = 0; step < (2 * P) - 1; step++)
        {
            v[..(Room - 1)].CopyTo(v[1..]);
            v[0] = 0;
            int sign = -g[0] * f[0], swap = NtruPrimeField.NegativeMask(-delta) & NtruPrimeField.NonZeroMask(g[0]);
            delta ^= swap & (delta ^ -delta);
            delta++;
            SwapAndAdd(f, g, (sbyte)swap, (sbyte)sign);
            SwapAndAdd(v, r, (sbyte)swap, (sbyte)sign);
            g[1..].CopyTo(g);
            g[Room - 1] = 0;
        }

        for (int i = 0; i < P; i++) target[i] = f[0] * v[P - 1 - i];
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(scratch.AsSpan()));
        return delta == 0;
    }

    /// <summary>Encodes a polynomial into 191 octets, two bits a coefficient.</summary>
    internal static void Encode(ReadOnlySpan<int> source, Span<byte> target)
    {
        target.Clear();
        for (int i = 0; i < P; i++) target[i / 4] |= (byte)((source[i] + 1) << (2 * (i & 3)));
    }

    // Swaps where the mask says so, then b += sign · a modulo 3. The sign is the same whether they were swapped or not.
    private static void SwapAndAdd(Span<sbyte> a, Span<sbyte> b, sbyte mask, sbyte sign)
    {
        Vector<sbyte> swap = new(mask), negative = new((sbyte)(sign >> 7)), used = new((sbyte)NtruPrimeField.NonZeroMask(sign));
        Vector<sbyte> one = Vector<sbyte>.One, three = new(3);
        Span<Vector<sbyte>> x = MemoryMarshal.Cast<sbyte, Vector<sbyte>>(a), y = MemoryMarshal.Cast<sbyte, Vector<sbyte>>(b);
        for (int i = 0; i < x.Length; i++)
        {
            Vector<sbyte> t = swap & (x[i] ^ y[i]);
            x[i] ^= t;
            Vector<sbyte> sum = (y[i] ^ t) + (((x[i] & used) ^ negative) - negative);
            sum -= Vector.GreaterThan(sum, one) & three;
            y[i] = sum + (Vector.LessThan(sum, -one) & three);
        }
    }
}
