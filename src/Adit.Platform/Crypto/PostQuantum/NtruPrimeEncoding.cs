namespace Adit.Platform.Crypto.PostQuantum;

/// <summary>
/// Polynomials as octets (Streamlined NTRU Prime, NIST round 3, §4.5): neighbouring coefficients are joined into one number in a mixed radix, level by level,
/// and low octets are given out so that no number reaches 2^14 after a level.
/// </summary>
internal static class NtruPrimeEncoding
{
    private const int P = NtruPrimeField.P;
    private const int Limit = 1 << 14;

    /// <summary>Encodes a polynomial over Z/q into 1158 octets.</summary>
    internal static void Encode(ReadOnlySpan<int> source, Span<byte> target)
    {
        Span<uint> values = stackalloc uint[P];
        for (int i = 0; i < P; i++) values[i] = (uint)(source[i] + NtruPrimeField.HalfQ);
        Join(values, NtruPrimeField.Q, target);
    }

    /// <summary>Encodes a polynomial over Z/q whose coefficients are multiples of 3 into 1007 octets.</summary>
    internal static void EncodeRounded(ReadOnlySpan<int> source, Span<byte> target)
    {
        // The multiplication divides by 3.
        Span<uint> values = stackalloc uint[P];
        for (int i = 0; i < P; i++) values[i] = (uint)(((source[i] + NtruPrimeField.HalfQ) * 10923) >> 15);
        Join(values, (NtruPrimeField.Q + 2) / 3, target);
        values.Clear();
    }

    /// <summary>Decodes a polynomial over Z/q. Every input gives one; its time tells the input, which is a peer's public key.</summary>
    internal static void Decode(ReadOnlySpan<byte> source, Span<int> target)
    {
        Split(source, NtruPrimeField.Q, target);
        for (int i = 0; i < P; i++) target[i] -= NtruPrimeField.HalfQ;
    }

    /// <summary>Decodes a polynomial of multiples of 3. Every input gives one; its time tells the input, which is a ciphertext from the wire.</summary>
    internal static void DecodeRounded(ReadOnlySpan<byte> source, Span<int> target)
    {
        Split(source, (NtruPrimeField.Q + 2) / 3, target);
        for (int i = 0; i < P; i++) target[i] = (target[i] * 3) - NtruPrimeField.HalfQ;
    }

    // The radices are public, and so are all branches here. The values need not be.
    private static void Join(Span<uint> values, uint radix, Span<byte> target)
    {
        Span<uint> radices = stackalloc uint[values.Length];
        radices.Fill(radix);
        int count = values.Length, at = 0;
        while (count > 1)
        {
            int next = 0;
            for (int i = 0; i + 1 < count; i += 2)
            {
                uint value = values[i] + (values[i + 1] * radices[i]), size = radices[i] * radices[i + 1];
                for (; size >= Limit; size = (size + 255) >> 8)
                {
                    target[at++] = (byte)value;
                    value >>= 8;
                }

                values[next] = value;
                radices[next++] = size;
            }

            if (count % 2 == 1)
            {
                values[next] = values[count - 1];
                radices[next++] = radices[count - 1];
            }

            count = next;
        }

        for (uint size = radices[0], value = values[0]; size > 1; size = (size + 255) >> 8)
        {
            target[at++] = (byte)value;
            value >>= 8;
        }
    }

    private static void Split(ReadOnlySpan<byte> source, uint radix, Span<int> target)
    {
        Span<uint> radices = stackalloc uint[P];
        radices.Fill(radix);
        Split(source, radices, target);
    }

    // Divides freely: its input is public.
    private static void Split(ReadOnlySpan<byte> source, ReadOnlySpan<uint> radices, Span<int> target)
    {
        if (radices.Length == 1)
        {
            uint last = source[0];
            if (radices[0] > 256) last |= (uint)source[1] << 8;
            target[0] = (int)(last % radices[0]);
            return;
        }

        int pairs = radices.Length / 2, count = radices.Length - pairs, at = 0;
        Span<uint> low = stackalloc uint[pairs], weight = stackalloc uint[pairs], sizes = stackalloc uint[count];
        Span<int> upper = stackalloc int[count];
        for (int i = 0; i < pairs; i++)
        {
            uint size = radices[2 * i] * radices[(2 * i) + 1], octets = 0;
            for (; size >= Limit; size = (size + 255) >> 8) low[i] |= (uint)source[at++] << (8 * (int)octets++);
            weight[i] = 1u << (8 * (int)octets);
            sizes[i] = size;
        }

        if (count > pairs) sizes[pairs] = radices[^1];
        Split(source[at..], sizes, upper);
        for (int i = 0; i < pairs; i++)
        {
            uint value = low[i] + (weight[i] * (uint)upper[i]);
            target[2 * i] = (int)(value % radices[2 * i]);
            target[(2 * i) + 1] = (int)(value / radices[2 * i] % radices[(2 * i) + 1]);
        }

        if (count > pairs) target[radices.Length - 1] = upper[pairs];
    }
}
