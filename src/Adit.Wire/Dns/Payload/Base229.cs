namespace Adit.Wire.Dns.Payload;

/// <summary>Octets as digits of base 229, in blocks of 46 octets to 47 symbols; a shorter last block of n octets takes n + 1.</summary>
/// <remarks>
/// The alphabet is every octet but A to Z and the dot, in their order; capitals are read as small letters, so that a change of case on the way does no harm.
/// 229^47 is just above 256^46 and 229^4 just below 2^32, so that a block is 12 words of 32 bits, divided or multiplied by 229^4.
/// </remarks>
internal static class Base229
{
    private const int BlockOctets = 46;
    private const int BlockSymbols = BlockOctets + 1;
    private const int Words = 12;
    private const uint Radix = 229;
    private const uint FourDigits = Radix * Radix * Radix * Radix;
    private const byte NoSymbol = 0xff;

    private static readonly byte[] Alphabet = [.. Enumerable.Range(0, 256).Where(o => o is not ('.' or (>= 'A' and <= 'Z'))).Select(o => (byte)o)];
    private static readonly byte[] Values = MakeValues();

    /// <summary>Symbols that a number of octets takes.</summary>
    public static int SymbolsFor(int octets) => octets + ((octets + BlockOctets - 1) / BlockOctets);

    /// <summary>Octets that a number of symbols has room for.</summary>
    public static int OctetsFor(int symbols) => (symbols / BlockSymbols * BlockOctets) + Math.Max(0, (symbols % BlockSymbols) - 1);

    /// <summary>Writes <see cref="SymbolsFor"/> symbols.</summary>
    public static int Encode(ReadOnlySpan<byte> octets, Span<byte> symbols)
    {
        int written = 0;
        for (int at = 0; at < octets.Length; at += BlockOctets)
        {
            ReadOnlySpan<byte> block = octets[at..Math.Min(octets.Length, at + BlockOctets)];
            EncodeBlock(block, symbols.Slice(written, block.Length + 1));
            written += block.Length + 1;
        }

        return written;
    }

    /// <summary>Reads symbols.</summary>
    /// <returns>BadLength: a block of one symbol; BadValue: a foreign symbol, or digits above what the block's octets hold.</returns>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> symbols, Span<byte> octets, out int length)
    {
        length = 0;
        if (symbols.Length % BlockSymbols == 1) return DecodeStatus.BadLength;
        int written = 0;
        for (int at = 0; at < symbols.Length; at += BlockSymbols)
        {
            ReadOnlySpan<byte> block = symbols[at..Math.Min(symbols.Length, at + BlockSymbols)];
            if (!TryDecodeBlock(block, octets.Slice(written, block.Length - 1))) return DecodeStatus.BadValue;
            written += block.Length - 1;
        }

        length = written;
        return DecodeStatus.Ok;
    }

    private static void EncodeBlock(ReadOnlySpan<byte> octets, Span<byte> symbols)
    {
        Span<uint> words = stackalloc uint[Words]; // the lowest first
        words.Clear();
        for (int i = 0; i < octets.Length; i++) words[i / 4] |= (uint)octets[octets.Length - 1 - i] << (8 * (i % 4));
        int count = (octets.Length + 3) / 4;
        for (int at = symbols.Length; at > 0;)
        {
            ulong rest = 0;
            for (int i = count - 1; i >= 0; i--)
            {
                ulong dividend = (rest << 32) | words[i];
                words[i] = (uint)(dividend / FourDigits);
                rest = dividend % FourDigits;
            }

            uint digits = (uint)rest;
            for (int i = 0; i < 4 && at > 0; i++)
            {
                symbols[--at] = Alphabet[digits % Radix];
                digits /= Radix;
            }
        }
    }

    private static bool TryDecodeBlock(ReadOnlySpan<byte> symbols, Span<byte> octets)
    {
        Span<uint> words = stackalloc uint[Words]; // the lowest first
        words.Clear();
        int first = symbols.Length % 4;
        for (int at = 0; at < symbols.Length;)
        {
            ReadOnlySpan<byte> group = symbols.Slice(at, at == 0 && first != 0 ? first : 4);
            at += group.Length;
            uint digits = 0, factor = 1;
            foreach (byte symbol in group)
            {
                byte value = Values[symbol];
                if (value == NoSymbol) return false;
                digits = (digits * Radix) + value;
                factor *= Radix;
            }

            ulong carry = digits;
            for (int i = 0; i < Words; i++)
            {
                carry += (ulong)words[i] * factor;
                words[i] = (uint)carry;
                carry >>= 32;
            }
        }

        for (int i = octets.Length; i < Words * 4; i++)
        {
            if ((byte)(words[i / 4] >> (8 * (i % 4))) != 0) return false; // not what the encoder writes
        }

        for (int i = 0; i < octets.Length; i++) octets[octets.Length - 1 - i] = (byte)(words[i / 4] >> (8 * (i % 4)));
        return true;
    }

    private static byte[] MakeValues()
    {
        byte[] values = new byte[256];
        Array.Fill(values, NoSymbol);
        for (int i = 0; i < Alphabet.Length; i++) values[Alphabet[i]] = (byte)i;
        for (int letter = 'A'; letter <= 'Z'; letter++) values[letter] = values[letter | 0x20];
        return values;
    }
}
