using System.Text;

namespace Adit.Wire.Http;

/// <summary>
/// Reads the lines of a head (RFC 9112 §2.1):
/// <code>
/// HTTP-message = start-line CRLF *( field-line CRLF ) CRLF [ message-body ]
/// field-line   = field-name ":" OWS field-value OWS
/// </code>
/// Lines end in CRLF and in nothing else. RFC 9112 §2.2 lets a recipient take a bare LF; whoever does so may see other messages than the next hop does.
/// </summary>
internal ref struct HttpHeadReader(ReadOnlySpan<byte> source, HttpLimits limits)
{
    private readonly ReadOnlySpan<byte> _source = source;
    private readonly HttpLimits _limits = limits;

    /// <summary>Octets read.</summary>
    public int Position { get; private set; }

    /// <summary>Why the last status was not Ok, <i>what: expected, got</i>.</summary>
    public string Fault { get; private set; } = "";

    /// <summary>Skips one empty line before a request (RFC 9112 §2.2): some clients send one behind a body.</summary>
    public DecodeStatus SkipEmptyLine()
    {
        if (_source.Length > 0 && _source[0] == '\r')
        {
            if (_source.Length < 2) return Truncated();
            if (_source[1] != '\n') return Bad("line: expected LF behind CR, got another octet");
            Position = 2;
        }

        return DecodeStatus.Ok;
    }

    /// <summary>Reads the first line.</summary>
    public DecodeStatus ReadStartLine(out ReadOnlySpan<byte> line)
    {
        DecodeStatus status = ReadLine(out line);
        if (status == DecodeStatus.Truncated && _source.Length - Position > _limits.StartLineLength) return TooLong($"first line: expected at most {_limits.StartLineLength} octets, got more");
        if (status == DecodeStatus.Ok && line.Length > _limits.StartLineLength) return TooLong($"first line: expected at most {_limits.StartLineLength} octets, got {line.Length}");
        return status;
    }

    /// <summary>Reads the fields and the empty line behind them.</summary>
    public DecodeStatus ReadFields(out List<HttpField> fields)
    {
        fields = new List<HttpField>(8);
        while (true)
        {
            DecodeStatus status = ReadLine(out ReadOnlySpan<byte> line);
            if (status != DecodeStatus.Ok) return status;
            if (Position > _limits.HeadLength) return TooLong($"head: expected at most {_limits.HeadLength} octets, got more");
            if (line.IsEmpty) return DecodeStatus.Ok;
            if (fields.Count == _limits.FieldCount) return TooLong($"fields: expected at most {_limits.FieldCount}, got more");
            if (line[0] is (byte)' ' or (byte)'\t') return Bad("field: expected a name, got white space (a folded line)"); // RFC 9112 §5.2
            int colon = line.IndexOf((byte)':');
            if (colon < 0) return Bad("field: expected a colon, got none");
            ReadOnlySpan<byte> name = line[..colon];
            if (!HttpSyntax.IsToken(name)) return Bad("field: name: expected a token, got another character"); // RFC 9112 §5.1, also for white space before the colon
            ReadOnlySpan<byte> value = line[(colon + 1)..].Trim(" \t"u8);
            if (!HttpSyntax.IsValue(value)) return Bad("field: value: expected no control characters, got one");
            fields.Add(new HttpField(HttpNames.Of(name), Encoding.Latin1.GetString(value)));
        }
    }

    private DecodeStatus ReadLine(out ReadOnlySpan<byte> line)
    {
        line = default;
        ReadOnlySpan<byte> rest = _source[Position..];
        int end = rest.IndexOfAny((byte)'\r', (byte)'\n');
        if (end < 0 || (end + 1 == rest.Length && rest[end] == '\r'))
        {
            return _source.Length > _limits.HeadLength ? TooLong($"head: expected at most {_limits.HeadLength} octets, got more") : Truncated();
        }

        if (rest[end] == '\n') return Bad("line: expected CRLF at its end, got a bare LF");
        if (rest[end + 1] != '\n') return Bad("line: expected LF behind CR, got another octet");
        line = rest[..end];
        Position += end + 2;
        return DecodeStatus.Ok;
    }

    private DecodeStatus Truncated()
    {
        Fault = "head: expected an empty line at its end, got none yet";
        return DecodeStatus.Truncated;
    }

    private DecodeStatus TooLong(string fault)
    {
        Fault = fault;
        return DecodeStatus.BadLength;
    }

    private DecodeStatus Bad(string fault)
    {
        Fault = fault;
        return DecodeStatus.BadValue;
    }
}
