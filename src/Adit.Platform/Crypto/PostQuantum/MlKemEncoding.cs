namespace Adit.Platform.Crypto.PostQuantum;

/// <summary>Coefficients as octets, little-endian bit by bit, with compression (FIPS 203 §4.2.1). Nothing here depends on the values but the results.</summary>
internal static class MlKemEncoding
{
    /// <summary>ByteEncode_d(Compress_d(f)); with d = 12 nothing is compressed (FIPS 203, Algorithm 5).</summary>
    /// <param name="f">One polynomial or several.</param>
    /// <param name="bits">d.</param>
    /// <param name="target">Receives 32·d octets for each polynomial.</param>
    internal static void Encode(ReadOnlySpan<ushort> f, int bits, Span<byte> target)
    {
        uint pending = 0;
        int count = 0, at = 0;
        foreach (ushort coefficient in f)
        {
            pending |= (bits == 12 ? coefficient : Compress(coefficient, bits)) << count;
            for (count += bits; count >= 8; count -= 8)
            {
                target[at++] = (byte)pending;
                pending >>= 8;
            }
        }
    }

    /// <summary>Decompress_d(ByteDecode_d(source)); with d = 12 values are taken modulo q (FIPS 203, Algorithm 6).</summary>
    /// <param name="source">32·d octets for each polynomial.</param>
    /// <param name="bits">d.</param>
    /// <param name="f">Receives the polynomials.</param>
    /// <returns>With d = 12, whether every value was below q (FIPS 203 §7.2, the modulus check); else true.</returns>
    internal static bool Decode(ReadOnlySpan<byte> source, int bits, Span<ushort> f)
    {
        uint pending = 0, mask = (1u << bits) - 1;
        int count = 0, at = 0, below = -1;
        for (int i = 0; i < f.Length; i++)
        {
            for (; count < bits; count += 8) pending |= (uint)source[at++] << count;
            uint value = pending & mask;
            pending >>= bits;
            count -= bits;
            if (bits == 12)
            {
                below &= (int)value - MlKemPolynomial.Modulus;
                f[i] = MlKemPolynomial.Reduce(value);
            }
            else f[i] = (ushort)(((value * MlKemPolynomial.Modulus) + (1u << (bits - 1))) >> bits);
        }

        return bits != 12 || below < 0;
    }

    // round(2^d · x / q) mod 2^d, the division by multiplication: a quotient short by one is mended by comparing the remainder.
    private static uint Compress(ushort x, int bits)
    {
        const ulong Reciprocal = (1UL << 36) / MlKemPolynomial.Modulus;
        uint dividend = ((uint)x << bits) + (MlKemPolynomial.Modulus / 2);
        uint quotient = (uint)((dividend * Reciprocal) >> 36);
        int remainder = (int)(dividend - (quotient * MlKemPolynomial.Modulus)) - MlKemPolynomial.Modulus;
        quotient += 1 + (uint)(remainder >> 31);
        return quotient & ((1u << bits) - 1);
    }
}
