namespace Adit.Wire.Dns.Payload;

/// <summary>Octets in symbols of 5 or 6 bits, the first bit first, without padding characters; the last symbol's spare bits are 0 (RFC 4648 §3.5).</summary>
internal sealed class BitAlphabet
{
    private const byte NoSymbol = 0xff;

    private readonly byte[] _symbols;
    private readonly byte[] _values = new byte[256];
    private readonly int _bits;

    private BitAlphabet(ReadOnlySpan<byte> symbols, int bits, bool hasCase)
    {
        _symbols = symbols.ToArray();
        _bits = bits;
        Array.Fill(_values, NoSymbol);
        for (int i = 0; i < symbols.Length; i++) _values[symbols[i]] = (byte)i;
        for (int letter = 'A'; letter <= 'Z' && !hasCase; letter++) _values[letter] = _values[letter | 0x20];
    }

    /// <summary>RFC 4648 §6 in lower case, read in any.</summary>
    public static BitAlphabet Base32 { get; } = new("abcdefghijklmnopqrstuvwxyz234567"u8, 5, false);

    /// <summary>RFC 4648 §5.</summary>
    public static BitAlphabet Base64Url { get; } = new("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8, 6, true);

    /// <summary>Ours: small letters, digits and punctuation, without what zone files quote (<c>. " ; \</c>).</summary>
    public static BitAlphabet Base64 { get; } = new("abcdefghijklmnopqrstuvwxyz0123456789-_!#$%&'()*+,/:<=>?@[]^`{|}~"u8, 6, false);

    /// <summary>Symbols that a number of octets takes.</summary>
    public int SymbolsFor(int octets) => ((octets * 8) + _bits - 1) / _bits;

    /// <summary>Octets that a number of symbols has room for.</summary>
    public int OctetsFor(int symbols) => symbols * _bits / 8;

    /// <summary>Writes <see cref="SymbolsFor"/> symbols.</summary>
    public int Encode(ReadOnlySpan<byte> octets, Span<byte> symbols)
    {
        int bits = 0, held = 0, written = 0;
        foreach (byte octet in octets)
        {
            held = (held << 8) | octet;
            for (bits += 8; bits >= _bits;)
            {
                bits -= _bits;
                symbols[written++] = _symbols[held >> bits];
                held &= (1 << bits) - 1;
            }
        }

        if (bits > 0) symbols[written++] = _symbols[held << (_bits - bits)];
        return written;
    }

    /// <summary>Reads symbols.</summary>
    /// <returns>BadLength: a symbol too many; BadValue: a foreign symbol, or spare bits that are not 0.</returns>
    public DecodeStatus TryDecode(ReadOnlySpan<byte> symbols, Span<byte> octets, out int length)
    {
        length = 0;
        if (SymbolsFor(OctetsFor(symbols.Length)) != symbols.Length) return DecodeStatus.BadLength;
        int bits = 0, held = 0, written = 0;
        foreach (byte symbol in symbols)
        {
            byte value = _values[symbol];
            if (value == NoSymbol) return DecodeStatus.BadValue;
            held = (held << _bits) | value;
            bits += _bits;
            if (bits < 8) continue;
            bits -= 8;
            octets[written++] = (byte)(held >> bits);
            held &= (1 << bits) - 1;
        }

        if (held != 0) return DecodeStatus.BadValue;
        length = written;
        return DecodeStatus.Ok;
    }
}
