namespace Adit.Wire.Http;

/// <summary>
/// Takes a chunked body apart (RFC 9112 §7.1), without I/O and without copying: each call gives one slice of payload that lies in what was offered.
/// <code>
/// chunked-body = *chunk last-chunk trailer-section CRLF
/// chunk        = chunk-size [ chunk-ext ] CRLF chunk-data CRLF          chunk-size in hexadecimal
/// last-chunk   = 1*"0" [ chunk-ext ] CRLF
/// </code>
/// Lines end in CRLF only. Extensions are ignored and trailers dropped, both bounded. Not thread-safe. Holds no octets.
/// </summary>
public sealed class HttpChunkedDecoder
{
    /// <summary>Ours: octets of a chunk's line with its extensions.</summary>
    public const int LongestLine = 4096;

    /// <summary>Ours: octets of all trailers.</summary>
    public const int LongestTrailers = 16 * 1024;

    /// <summary>Ours: a chunk's length has 15 digits at most, so that it fits a long.</summary>
    private const int MostDigits = 15;

    private long _left;
    private int _trailers;
    private State _state;

    private enum State
    {
        Size,
        Data,
        DataEnd,
        Trailers,
        Done,
        Broken,
    }

    /// <summary>Whether the body is over; what follows belongs to the next message.</summary>
    public bool IsDone => _state == State.Done;

    /// <summary>Why the last status was a bad one, <i>what: expected, got</i>.</summary>
    public string Fault { get; private set; } = "";

    /// <summary>Takes the next piece.</summary>
    /// <param name="source">What has arrived and was not consumed.</param>
    /// <param name="consumed">Octets taken.</param>
    /// <param name="payload">The payload among them, perhaps none.</param>
    /// <returns>
    /// Ok when something was taken or the body is over; <see cref="DecodeStatus.Truncated"/> when more must be there first (a line of at most
    /// <see cref="LongestLine"/> octets); BadValue or BadLength for a broken body, and then always.
    /// </returns>
    public DecodeStatus Next(ReadOnlySpan<byte> source, out int consumed, out ReadOnlySpan<byte> payload)
    {
        consumed = 0;
        payload = default;
        switch (_state)
        {
            case State.Size:
                return ReadSize(source, out consumed);
            case State.Data:
                if (source.IsEmpty) return DecodeStatus.Truncated;
                consumed = (int)Math.Min(_left, source.Length);
                payload = source[..consumed];
                _left -= consumed;
                if (_left == 0) _state = State.DataEnd;
                return DecodeStatus.Ok;
            case State.DataEnd:
                if (source.Length > 0 && source[0] != '\r') return Break("chunk: expected CRLF behind its data, got another octet");
                if (source.Length < 2) return DecodeStatus.Truncated;
                if (source[1] != '\n') return Break("chunk: expected CRLF behind its data, got another octet");
                consumed = 2;
                _state = State.Size;
                return DecodeStatus.Ok;
            case State.Trailers:
                return ReadTrailer(source, out consumed);
            case State.Done:
                return DecodeStatus.Ok;
            default:
                return DecodeStatus.BadValue;
        }
    }

    private DecodeStatus ReadSize(ReadOnlySpan<byte> source, out int consumed)
    {
        DecodeStatus status = TakeLine(source, out ReadOnlySpan<byte> line, out consumed);
        if (status != DecodeStatus.Ok) return status;
        int digits = 0;
        long size = 0;
        while (digits < line.Length && char.IsAsciiHexDigit((char)line[digits]))
        {
            if (digits == MostDigits) return Break("chunk: length: expected at most 15 digits, got more", out consumed);
            size = (size << 4) | (uint)DigitOf(line[digits]);
            digits++;
        }

        if (digits == 0) return Break("chunk: length: expected hexadecimal digits, got none", out consumed);
        // RFC 9112 §7.1.1: "bad" white space may stand before an extension's semicolon.
        ReadOnlySpan<byte> rest = line[digits..].TrimStart(" \t"u8);
        if ((rest.Length > 0 && rest[0] != ';') || (rest.IsEmpty && digits != line.Length) || !HttpSyntax.IsValue(rest)) return Break("chunk: expected ';' or CRLF behind its length, got something else", out consumed);
        _left = size;
        _state = size == 0 ? State.Trailers : State.Data;
        return DecodeStatus.Ok;
    }

    private DecodeStatus ReadTrailer(ReadOnlySpan<byte> source, out int consumed)
    {
        DecodeStatus status = TakeLine(source, out ReadOnlySpan<byte> line, out consumed);
        if (status != DecodeStatus.Ok) return status;
        if (line.IsEmpty)
        {
            _state = State.Done;
            return DecodeStatus.Ok;
        }

        _trailers += consumed;
        if (_trailers > LongestTrailers) return Break($"trailers: expected at most {LongestTrailers} octets, got more", out consumed);
        int colon = line.IndexOf((byte)':');
        return colon > 0 && HttpSyntax.IsToken(line[..colon]) && HttpSyntax.IsValue(line[colon..]) ? DecodeStatus.Ok : Break("trailer: expected NAME: VALUE, got something else", out consumed);
    }

    private DecodeStatus TakeLine(ReadOnlySpan<byte> source, out ReadOnlySpan<byte> line, out int consumed)
    {
        line = default;
        consumed = 0;
        ReadOnlySpan<byte> window = source.Length > LongestLine ? source[..LongestLine] : source;
        int end = window.IndexOfAny((byte)'\r', (byte)'\n');
        if (end < 0 || (end + 1 == window.Length && window[end] == '\r'))
        {
            return source.Length >= LongestLine ? Break($"chunk: line: expected at most {LongestLine} octets, got more") : DecodeStatus.Truncated;
        }

        if (window[end] == '\n') return Break("chunk: line: expected CRLF at its end, got a bare LF");
        if (window[end + 1] != '\n') return Break("chunk: line: expected LF behind CR, got another octet");
        line = window[..end];
        consumed = end + 2;
        return DecodeStatus.Ok;
    }

    private static int DigitOf(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private DecodeStatus Break(string fault, out int consumed)
    {
        consumed = 0;
        return Break(fault);
    }

    private DecodeStatus Break(string fault)
    {
        Fault = fault;
        _state = State.Broken;
        return DecodeStatus.BadValue;
    }
}
