using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Adit.Platform.Crypto.PostQuantum;

/// <summary>
/// Polynomials over Z/q modulo xᵖ - x - 1, p = 761, q = 4591 (Streamlined NTRU Prime, NIST round 3, §3). Coefficients are kept in -2295 … 2295.
/// No branch, index or division depends on them.
/// </summary>
internal static class NtruPrimeField
{
    internal const int P = 761;
    internal const int Q = 4591;
    internal const int HalfQ = (Q - 1) / 2;

    // Room for a polynomial and one coefficient more, filled up to whole vectors of any width up to 512 bits.
    internal const int Room = 768;

    // 2^18 / q and 2^27 / q, rounded: two steps, the first of which is coarse so that nothing leaves 32 bits.
    private const int CoarseReciprocal = 57;
    private const int FineReciprocal = 29235;

    /// <summary>x mod q, centred, for |x| below 2^24.</summary>
    internal static int Freeze(int x)
    {
        x -= Q * ((CoarseReciprocal * x) >> 18);
        return x - (Q * (((FineReciprocal * x) + (1 << 26)) >> 27));
    }

    /// <summary>target = a · b, where b has coefficients in -1 … 1.</summary>
    /// <param name="a">761 coefficients.</param>
    /// <param name="b">761 coefficients.</param>
    /// <param name="target">Receives 761 coefficients; may be one of the factors.</param>
    internal static void MultiplySmall(ReadOnlySpan<int> a, ReadOnlySpan<int> b, Span<int> target)
    {
        // 761 products of at most 2295 each, twice added to another: far below 2^24.
        int[] product = GC.AllocateArray<int>(P + Room, pinned: true), factor = GC.AllocateArray<int>(Room, pinned: true);
        a[..P].CopyTo(factor);
        ReadOnlySpan<Vector<int>> lanes = MemoryMarshal.Cast<int, Vector<int>>(factor.AsSpan());
        for (int i = 0; i < P; i++)
        {
            Vector<int> scalar = new(b[i]);
            Span<Vector<int>> sums = MemoryMarshal.Cast<int, Vector<int>>(product.AsSpan(i, Room));
            for (int k = 0; k < sums.Length; k++) sums[k] += scalar * lanes[k];
        }

        // xᵖ = x + 1.
        for (int i = (2 * P) - 2; i >= P; i--)
        {
            product[i - P] += product[i];
            product[i - P + 1] += product[i];
        }

        for (int i = 0; i < P; i++) target[i] = Freeze(product[i]);
        Zero(product);
        Zero(factor);
    }

    /// <summary>target = 1 / (3a), by the constant-time division steps of Bernstein and Yang ("Fast constant-time gcd computation and modular inversion", 2019).</summary>
    /// <param name="a">761 coefficients, not all zero; xᵖ - x - 1 is irreducible modulo q, so that the inverse exists.</param>
    /// <param name="target">Receives 761 coefficients.</param>
    internal static void InvertTriple(ReadOnlySpan<int> a, Span<int> target)
    {
        int[] scratch = GC.AllocateArray<int>(4 * Room, pinned: true);
        Span<int> f = scratch.AsSpan(0, Room), g = scratch.AsSpan(Room, Room), v = scratch.AsSpan(2 * Room, Room), r = scratch.AsSpan(3 * Room, Room);
        f[0] = 1;
        f[P - 1] = f[P] = -1;
        for (int i = 0; i < P; i++) g[P - 1 - i] = a[i];
        r[0] = Reciprocal(3);

        int delta = 1;
        for (int step = 0; step < (2 * P) - 1; step++)
        {
            v[..(Room - 1)].CopyTo(v[1..]);
            v[0] = 0;
            int swap = NegativeMask(-delta) & NonZeroMask(g[0]);
            delta ^= swap & (delta ^ -delta);
            delta++;
            Swap(f, g, swap);
            Swap(v, r, swap);
            int f0 = f[0], g0 = g[0];
            Combine(f0, g, g0, f);
            Combine(f0, r, g0, v);
            g[1..].CopyTo(g);
            g[Room - 1] = 0;
        }

        int scale = Reciprocal(f[0]);
        for (int i = 0; i < P; i++) target[i] = Freeze(scale * v[P - 1 - i]);
        Zero(scratch);
    }

    internal static void Zero(Span<int> values) => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(values));

    /// <summary>All ones when x is negative, else zero.</summary>
    internal static int NegativeMask(int x) => x >> 31;

    /// <summary>All ones when x is not zero, else zero.</summary>
    internal static int NonZeroMask(int x) => (x | -x) >> 31;

    // target = a · target - b · other.
    private static void Combine(int a, Span<int> target, int b, ReadOnlySpan<int> other)
    {
        Vector<int> va = new(a), vb = new(b), coarse = new(CoarseReciprocal), fine = new(FineReciprocal), half = new(1 << 26), q = new(Q);
        Span<Vector<int>> targets = MemoryMarshal.Cast<int, Vector<int>>(target);
        ReadOnlySpan<Vector<int>> others = MemoryMarshal.Cast<int, Vector<int>>(other);
        for (int i = 0; i < targets.Length; i++)
        {
            Vector<int> x = (va * targets[i]) - (vb * others[i]);
            x -= q * ((coarse * x) >> 18);
            targets[i] = x - (q * (((fine * x) + half) >> 27));
        }
    }

    private static void Swap(Span<int> a, Span<int> b, int mask)
    {
        Vector<int> lanes = new(mask);
        Span<Vector<int>> x = MemoryMarshal.Cast<int, Vector<int>>(a), y = MemoryMarshal.Cast<int, Vector<int>>(b);
        for (int i = 0; i < x.Length; i++)
        {
            Vector<int> t = lanes & (x[i] ^ y[i]);
            x[i] ^= t;
            y[i] ^= t;
        }
    }

    // 1 / x = x^(q-2): q is prime. The exponent is public.
    private static int Reciprocal(int x)
    {
        int result = 1;
        for (int bit = 12; bit >= 0; bit--)
        {
            result = Freeze(result * result);
            if ((((Q - 2) >> bit) & 1) != 0) result = Freeze(result * x);
        }

        return result;
    }
}
