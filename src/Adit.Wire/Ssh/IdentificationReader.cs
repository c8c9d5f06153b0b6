namespace Adit.Wire.Ssh;

/// <summary>
/// Reads the peer's identification (RFC 4253 §4.2) in pieces of any size. A server may send other lines before it. Memory is one line of 255 octets,
/// whatever the peer sends. NUL octets, and CR that no LF follows, are refused.
/// </summary>
/// <param name="allowLinesBefore">True for a client, whose server may send lines that do not begin with "SSH-"; a server refuses the first octet that cannot begin "SSH-".</param>
public sealed class IdentificationReader(bool allowLinesBefore)
{
    /// <summary>The most lines before the identification; OpenSSH's limit, the RFC has none.</summary>
    public const int MaximumLinesBefore = 1024;

    /// <summary>Octets of the longest line before the identification, with its end; OpenSSH's limit.</summary>
    public const int MaximumLengthBefore = 8192;

    private readonly byte[] _line = new byte[IdentificationLine.MaximumLength];
    private int _length;
    private bool _afterReturn;
    private DecodeStatus _status = DecodeStatus.Truncated;

    /// <summary>The peer's identification, once <see cref="Receive"/> said <see cref="DecodeStatus.Ok"/>.</summary>
    public IdentificationLine Line { get; private set; }

    /// <summary>How many lines came before it.</summary>
    public int LinesBefore { get; private set; }

    /// <summary>The start of the line that was being read, for an error message: at most 255 characters, each unprintable octet as '?'.</summary>
    public string LineSoFar => string.Create(Math.Min(_length, _line.Length), _line, static (text, line) =>
    {
        for (int i = 0; i < text.Length; i++) text[i] = line[i] is >= 0x20 and < 0x7f ? (char)line[i] : '?';
    });

    /// <summary>Takes the next octets from the peer. Once it has said anything but <see cref="DecodeStatus.Truncated"/> it takes no more.</summary>
    /// <param name="source">The octets.</param>
    /// <param name="consumed">How many were taken; those after the line's end belong to the first packet.</param>
    /// <returns>
    /// Truncated: more are needed. Ok: <see cref="Line"/> is there. BadLength: a line or their number passed the limit. BadValue: not an SSH peer, or a
    /// forbidden octet. Unsupported: an SSH version other than 2.0 and 1.99; <see cref="LineSoFar"/> holds the line.
    /// </returns>
    public DecodeStatus Receive(ReadOnlySpan<byte> source, out int consumed)
    {
        consumed = 0;
        while (_status == DecodeStatus.Truncated && consumed < source.Length) _status = Take(source[consumed++]);
        return _status;
    }

    /// <summary>The line so far begins as an identification does.</summary>
    private bool MayBeIdentification => _line.AsSpan(0, Math.Min(_length, 4)).SequenceEqual("SSH-"u8[..Math.Min(_length, 4)]);

    private DecodeStatus Take(byte octet)
    {
        if (octet == (byte)'\n') return EndLine();
        if (octet == 0 || _afterReturn) return DecodeStatus.BadValue;
        if (octet == (byte)'\r')
        {
            _afterReturn = true;
            return DecodeStatus.Truncated;
        }

        if (_length < _line.Length) _line[_length] = octet;
        _length++;
        if (MayBeIdentification)
        {
            // Room for LF, the shortest end there is.
            return _length + 1 > IdentificationLine.MaximumLength ? DecodeStatus.BadLength : DecodeStatus.Truncated;
        }

        if (!allowLinesBefore) return DecodeStatus.BadValue;
        return _length + 1 > MaximumLengthBefore ? DecodeStatus.BadLength : DecodeStatus.Truncated;
    }

    private DecodeStatus EndLine()
    {
        if (_length >= 4 && MayBeIdentification)
        {
            if (_length + (_afterReturn ? 2 : 1) > IdentificationLine.MaximumLength) return DecodeStatus.BadLength;
            DecodeStatus status = IdentificationLine.TryParse(_line.AsSpan(0, _length), out IdentificationLine line);
            Line = line;
            return status;
        }

        if (!allowLinesBefore) return DecodeStatus.BadValue;
        if (++LinesBefore > MaximumLinesBefore) return DecodeStatus.BadLength;
        _length = 0;
        _afterReturn = false;
        return DecodeStatus.Truncated;
    }
}
