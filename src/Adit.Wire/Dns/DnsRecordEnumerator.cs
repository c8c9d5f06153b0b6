using System.Buffers.Binary;

namespace Adit.Wire.Dns;

/// <summary>Walks the records of a message, all sections in their order; <c>foreach</c> takes it as it is.</summary>
public ref struct DnsRecordEnumerator
{
    private readonly ReadOnlySpan<byte> _message;
    private int _at;
    private int _answers;
    private int _authorities;
    private int _additionals;
    private bool _more;

    internal DnsRecordEnumerator(ReadOnlySpan<byte> message, int at, DnsHeader header)
    {
        _message = message;
        _at = at;
        _answers = header.AnswerCount;
        _authorities = header.AuthorityCount;
        _additionals = header.AdditionalCount;
    }

    /// <summary>The record.</summary>
    public DnsRecord Current { get; private set; }

    /// <summary>Where the next record begins.</summary>
    internal readonly int Offset => _at;

    /// <summary>Whether <see cref="Current"/> is a record.</summary>
    internal readonly bool HasCurrent => _more;

    /// <summary>Itself.</summary>
    public readonly DnsRecordEnumerator GetEnumerator() => this;

    /// <summary>Goes on to the next record.</summary>
    /// <returns>False at the end.</returns>
    public bool MoveNext() => TryMoveNext() == DecodeStatus.Ok && _more;

    /// <summary>Goes on, and says what is wrong; <see cref="HasCurrent"/> is false at the end.</summary>
    internal DecodeStatus TryMoveNext()
    {
        _more = false;
        DnsSection section;
        if (_answers > 0) (section, _answers) = (DnsSection.Answer, _answers - 1);
        else if (_authorities > 0) (section, _authorities) = (DnsSection.Authority, _authorities - 1);
        else if (_additionals > 0) (section, _additionals) = (DnsSection.Additional, _additionals - 1);
        else return DecodeStatus.Ok;
        DecodeStatus status = DnsName.TryDecode(_message, _at, out DnsName name, out int at);
        if (status != DecodeStatus.Ok) return status;
        if (_message.Length - at < 10) return DecodeStatus.Truncated;
        ReadOnlySpan<byte> fixedPart = _message.Slice(at, 10);
        int length = BinaryPrimitives.ReadUInt16BigEndian(fixedPart[8..]);
        if (_message.Length - at - 10 < length) return DecodeStatus.Truncated;
        Current = new DnsRecord(_message, section, name, (DnsType)BinaryPrimitives.ReadUInt16BigEndian(fixedPart), (DnsClass)BinaryPrimitives.ReadUInt16BigEndian(fixedPart[2..]),
            BinaryPrimitives.ReadUInt32BigEndian(fixedPart[4..]), at + 10, length);
        _at = at + 10 + length;
        _more = true;
        return DecodeStatus.Ok;
    }
}
