using System.Security.Cryptography;

namespace Adit.Platform.Crypto.PostQuantum;

/// <summary>
/// Arithmetic in Z_q[X]/(X²⁵⁶ + 1), q = 3329 (FIPS 203 §4). Coefficients are kept in 0 … q-1. No branch, index or division depends on them.
/// </summary>
internal static class MlKemPolynomial
{
    internal const int Length = 256;
    internal const int Modulus = 3329;

    // floor(2^36 / q): the quotient estimated with it is short by one at most, for every dividend of 32 bits.
    private const ulong Reciprocal = (1UL << 36) / Modulus;

    // 128⁻¹ mod q (FIPS 203, Algorithm 10).
    private const uint InverseOf128 = 3303;

    // ζ^BitRev7(i) and ζ^(2·BitRev7(i)+1), ζ = 17 (FIPS 203, Appendix A): public constants.
    private static readonly ushort[] Zetas = Powers(i => ReverseBits7(i));
    private static readonly ushort[] Gammas = Powers(i => (2 * ReverseBits7(i)) + 1);

    /// <summary>x mod q, for any x.</summary>
    internal static ushort Reduce(uint x)
    {
        uint quotient = (uint)((x * Reciprocal) >> 36);
        return SubtractModulus((int)(x - (quotient * Modulus)));
    }

    /// <summary>target += addend.</summary>
    internal static void Add(Span<ushort> target, ReadOnlySpan<ushort> addend)
    {
        for (int i = 0; i < Length; i++) target[i] = SubtractModulus(target[i] + addend[i]);
    }

    /// <summary>target = minuend - target.</summary>
    internal static void SubtractFrom(ReadOnlySpan<ushort> minuend, Span<ushort> target)
    {
        for (int i = 0; i < Length; i++) target[i] = SubtractModulus(minuend[i] + Modulus - target[i]);
    }

    /// <summary>The number-theoretic transform, in place (FIPS 203, Algorithm 9).</summary>
    internal static void Transform(Span<ushort> f)
    {
        int next = 1;
        for (int half = 128; half >= 2; half >>= 1)
        {
            for (int start = 0; start < Length; start += 2 * half)
            {
                uint zeta = Zetas[next++];
                Span<ushort> low = f.Slice(start, half), high = f.Slice(start + half, half);
                for (int j = 0; j < low.Length; j++)
                {
                    int t = Reduce(zeta * high[j]), l = low[j];
                    high[j] = SubtractModulus(l + Modulus - t);
                    low[j] = SubtractModulus(l + t);
                }
            }
        }
    }

    /// <summary>The inverse transform, in place (FIPS 203, Algorithm 10).</summary>
    internal static void TransformBack(Span<ushort> f)
    {
        int next = 127;
        for (int half = 2; half <= 128; half <<= 1)
        {
            for (int start = 0; start < Length; start += 2 * half)
            {
                uint zeta = Zetas[next--];
                Span<ushort> low = f.Slice(start, half), high = f.Slice(start + half, half);
                for (int j = 0; j < low.Length; j++)
                {
                    int l = low[j], h = high[j];
                    low[j] = SubtractModulus(l + h);
                    high[j] = Reduce(zeta * (uint)(h - l + Modulus));
                }
            }
        }

        foreach (ref ushort c in f) c = Reduce(c * InverseOf128);
    }

    /// <summary>target = Σ a[k] · b[k], all of them transformed (FIPS 203, Algorithms 11 and 12).</summary>
    /// <param name="a">Polynomials, one after another.</param>
    /// <param name="b">As many.</param>
    /// <param name="target">One polynomial.</param>
    internal static void Multiply(ReadOnlySpan<ushort> a, ReadOnlySpan<ushort> b, Span<ushort> target)
    {
        // At most three products of at most 2q² each: the sums fit 32 bits.
        for (int i = 0; i < Length; i += 2)
        {
            uint even = 0, odd = 0, gamma = Gammas[i / 2];
            for (int at = i; at < a.Length; at += Length)
            {
                uint a0 = a[at], a1 = a[at + 1], b0 = b[at], b1 = b[at + 1];
                even += (a0 * b0) + (Reduce(a1 * b1) * gamma);
                odd += (a0 * b1) + (a1 * b0);
            }

            target[i] = Reduce(even);
            target[i + 1] = Reduce(odd);
        }
    }

    /// <summary>A polynomial of uniform coefficients from a public seed (FIPS 203, Algorithm 7). Its time tells the seed, which the peer has.</summary>
    /// <param name="seed">34 octets: ρ, j, i.</param>
    /// <param name="target">Receives the polynomial, which counts as transformed.</param>
    /// <param name="octets">How many octets of SHAKE128 to take first; more are taken when they do not suffice.</param>
    internal static void SampleUniform(ReadOnlySpan<byte> seed, Span<ushort> target, int octets = 4 * 168)
    {
        byte[] stream = new byte[octets];
        Shake128.HashData(seed, stream);
        int taken = 0;
        for (int at = 0; taken < Length; at += 3)
        {
            if (at + 3 > stream.Length)
            {
                // The output of SHAKE begins alike whatever its length.
                stream = new byte[stream.Length * 2 / 3 * 3];
                Shake128.HashData(seed, stream);
            }

            int first = stream[at] | ((stream[at + 1] & 0x0F) << 8), second = (stream[at + 1] >> 4) | (stream[at + 2] << 4);
            if (first < Modulus) target[taken++] = (ushort)first;
            if (second < Modulus && taken < Length) target[taken++] = (ushort)second;
        }
    }

    /// <summary>A polynomial of small secret coefficients, η = 2 (FIPS 203, Algorithm 8; PRF_2 of §4.1).</summary>
    /// <param name="seed">32 octets.</param>
    /// <param name="index">The number of the polynomial under this seed.</param>
    /// <param name="target">Receives the polynomial.</param>
    internal static void SampleSmall(ReadOnlySpan<byte> seed, byte index, Span<ushort> target)
    {
        Span<byte> input = stackalloc byte[33], bits = stackalloc byte[128];
        seed.CopyTo(input);
        input[32] = index;
        Shake256.HashData(input, bits);
        for (int i = 0; i < Length; i++)
        {
            int four = bits[i / 2] >> (4 * (i & 1));
            int x = (four & 1) + ((four >> 1) & 1), y = ((four >> 2) & 1) + ((four >> 3) & 1);
            target[i] = SubtractModulus(x + Modulus - y);
        }

        CryptographicOperations.ZeroMemory(input);
        CryptographicOperations.ZeroMemory(bits);
    }

    // x in 0 … 2q-1.
    private static ushort SubtractModulus(int x)
    {
        x -= Modulus;
        return (ushort)(x + ((x >> 31) & Modulus));
    }

    private static int ReverseBits7(int i)
    {
        int reversed = 0;
        for (int bit = 0; bit < 7; bit++) reversed |= ((i >> bit) & 1) << (6 - bit);
        return reversed;
    }

    private static ushort[] Powers(Func<int, int> exponent)
    {
        ushort[] powers = new ushort[128];
        for (int i = 0; i < powers.Length; i++)
        {
            int power = 1;
            for (int e = exponent(i); e > 0; e--) power = power * 17 % Modulus;
            powers[i] = (ushort)power;
        }

        return powers;
    }
}
