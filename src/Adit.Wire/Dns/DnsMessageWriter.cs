using System.Buffers.Binary;

namespace Adit.Wire.Dns;

/// <summary>Writes a message into given room: header, question, then records in the order of their sections.</summary>
/// <remarks>
/// Names are compressed against the question alone, which is all that an answer about one name needs, and is bounded. A record that does not fit is left out
/// whole and its method says so: then the caller sets <see cref="DnsFlags.Truncated"/> (RFC 2181 §9). Nothing here allocates.
/// </remarks>
public ref struct DnsMessageWriter
{
    /// <summary>Octets of type, class, TTL and length of a record.</summary>
    private const int FixedLength = 10;

    private readonly Span<byte> _room;
    private DnsHeader _header;
    private int _at;
    private int _questionLength;
    private int _recordAt;

    /// <summary>Begins a message.</summary>
    /// <param name="room">At least the header's 12 octets; its length is the limit of the message.</param>
    /// <param name="header">The header; its counts are the writer's.</param>
    public DnsMessageWriter(Span<byte> room, DnsHeader header)
    {
        WireRoom.Require(room, DnsHeader.Length, "dns message");
        _room = room;
        _header = header with { QuestionCount = 0, AnswerCount = 0, AuthorityCount = 0, AdditionalCount = 0 };
        _at = DnsHeader.Length;
    }

    /// <summary>Octets so far.</summary>
    public readonly int Length => _at;

    /// <summary>Octets that are kept free for OPT; <see cref="TryWriteEdns"/> alone uses them.</summary>
    public int Reserved { get; set; }

    /// <summary>Flags of the header; may change up to the end.</summary>
    public DnsFlags Flags
    {
        readonly get => _header.Flags;
        set => _header = _header with { Flags = value };
    }

    /// <summary>The response's code, low 4 bits; may change up to the end.</summary>
    public DnsResponseCode ResponseCode
    {
        readonly get => _header.ResponseCode;
        set => _header = _header with { ResponseCode = value };
    }

    private readonly int Free => _room.Length - Reserved - _at;

    /// <summary>Writes the question, octets and case as given.</summary>
    /// <param name="name">The name, written out.</param>
    /// <param name="type">QTYPE.</param>
    /// <param name="class">QCLASS.</param>
    public bool TryWriteQuestion(scoped ReadOnlySpan<byte> name, DnsType type, DnsClass @class = DnsClass.Internet)
    {
        if (_at != DnsHeader.Length) throw new InvalidOperationException("dns message: expected one question before all records");
        if (Free < name.Length + 4) return false;
        name.CopyTo(_room[_at..]);
        _questionLength = name.Length;
        BinaryPrimitives.WriteUInt16BigEndian(_room[(_at + name.Length)..], (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(_room[(_at + name.Length + 2)..], (ushort)@class);
        _at += name.Length + 4;
        _header = _header with { QuestionCount = 1 };
        return true;
    }

    /// <summary>Begins a record whose data the caller writes in place.</summary>
    /// <param name="owner">Its name, written out.</param>
    /// <param name="type">Its type.</param>
    /// <param name="timeToLive">Seconds.</param>
    /// <param name="data">The room for data, perhaps none; <see cref="EndRecord"/> says how much was taken.</param>
    /// <returns>Whether the record's head fits.</returns>
    public bool TryBeginRecord(scoped ReadOnlySpan<byte> owner, DnsType type, uint timeToLive, out Span<byte> data)
    {
        data = default;
        Span<byte> name = stackalloc byte[DnsName.MaximumLength];
        int length = Compress(owner, name);
        if (Free < length + FixedLength) return false;
        _recordAt = _at + length;
        name[..length].CopyTo(_room[_at..]);
        Span<byte> fixedPart = _room.Slice(_recordAt, FixedLength);
        BinaryPrimitives.WriteUInt16BigEndian(fixedPart, (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(fixedPart[2..], (ushort)DnsClass.Internet);
        BinaryPrimitives.WriteUInt32BigEndian(fixedPart[4..], timeToLive);
        data = _room.Slice(_recordAt + FixedLength, Math.Min(Free - length - FixedLength, ushort.MaxValue));
        return true;
    }

    /// <summary>Ends the record that was begun.</summary>
    /// <param name="section">Where it stands; not before the section of an earlier record.</param>
    /// <param name="length">Octets of data.</param>
    public void EndRecord(DnsSection section, int length)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_room[(_recordAt + 8)..], (ushort)length);
        _at = _recordAt + FixedLength + length;
        Count(section);
    }

    /// <summary>Writes a record of any octets.</summary>
    /// <inheritdoc cref="TryBeginRecord"/>
    /// <param name="section">Where it stands; not before the section of an earlier record.</param>
    /// <param name="owner">Its name, written out.</param>
    /// <param name="type">Its type.</param>
    /// <param name="timeToLive">Seconds.</param>
    /// <param name="data">RDATA.</param>
    /// <returns>Whether it fits.</returns>
    public bool TryWriteRecord(DnsSection section, scoped ReadOnlySpan<byte> owner, DnsType type, uint timeToLive, scoped ReadOnlySpan<byte> data)
    {
        if (!TryBeginRecord(owner, type, timeToLive, out Span<byte> room) || room.Length < data.Length) return false;
        data.CopyTo(room);
        EndRecord(section, data.Length);
        return true;
    }

    /// <summary>Writes NS, CNAME or PTR, whose data are a name.</summary>
    /// <param name="section">Where it stands; not before the section of an earlier record.</param>
    /// <param name="owner">Its name, written out.</param>
    /// <param name="type">Its type.</param>
    /// <param name="timeToLive">Seconds.</param>
    /// <param name="name">The name that it holds, written out.</param>
    /// <returns>Whether it fits.</returns>
    public bool TryWriteName(DnsSection section, scoped ReadOnlySpan<byte> owner, DnsType type, uint timeToLive, scoped ReadOnlySpan<byte> name)
    {
        Span<byte> data = stackalloc byte[DnsName.MaximumLength];
        int length = Compress(name, data);
        return TryWriteRecord(section, owner, type, timeToLive, data[..length]);
    }

    /// <summary>Writes SOA.</summary>
    /// <param name="section">Where it stands; not before the section of an earlier record.</param>
    /// <param name="owner">The zone.</param>
    /// <param name="timeToLive">Seconds.</param>
    /// <param name="value">Its data.</param>
    /// <returns>Whether it fits.</returns>
    public bool TryWriteStartOfAuthority(DnsSection section, scoped ReadOnlySpan<byte> owner, uint timeToLive, DnsStartOfAuthority value)
    {
        Span<byte> data = stackalloc byte[(2 * DnsName.MaximumLength) + 20];
        int at = Compress(value.PrimaryServer.Octets, data);
        at += Compress(value.Mailbox.Octets, data[at..]);
        foreach (uint number in (ReadOnlySpan<uint>)[value.Serial, value.Refresh, value.Retry, value.Expire, value.Minimum])
        {
            BinaryPrimitives.WriteUInt32BigEndian(data[at..], number);
            at += 4;
        }

        return TryWriteRecord(section, owner, DnsType.Soa, timeToLive, data[..at]);
    }

    /// <summary>Writes OPT into the additional section.</summary>
    /// <param name="edns">What it says.</param>
    /// <returns>Whether it fits.</returns>
    public bool TryWriteEdns(DnsEdns edns)
    {
        if (_room.Length - _at < DnsEdns.Length) return false;
        _at += edns.Encode(_room[_at..]);
        Count(DnsSection.Additional);
        return true;
    }

    /// <summary>Writes the header.</summary>
    /// <returns>Octets of the message.</returns>
    public readonly int Finish()
    {
        _header.Encode(_room);
        return _at;
    }

    private void Count(DnsSection section)
    {
        bool isLate = section switch
        {
            DnsSection.Answer => _header.AuthorityCount + _header.AdditionalCount > 0,
            DnsSection.Authority => _header.AdditionalCount > 0,
            _ => false,
        };
        if (isLate) throw new InvalidOperationException($"dns message: expected no records behind the section {section}");
        _header = section switch
        {
            DnsSection.Answer => _header with { AnswerCount = (ushort)(_header.AnswerCount + 1) },
            DnsSection.Authority => _header with { AuthorityCount = (ushort)(_header.AuthorityCount + 1) },
            _ => _header with { AdditionalCount = (ushort)(_header.AdditionalCount + 1) },
        };
    }

    /// <summary>Writes a name, its longest end that the question's name has too as a pointer (RFC 1035 §4.1.4).</summary>
    private readonly int Compress(scoped ReadOnlySpan<byte> name, scoped Span<byte> destination)
    {
        ReadOnlySpan<byte> question = _room.Slice(DnsHeader.Length, _questionLength);
        for (int at = 0; at < name.Length - 1; at += 1 + name[at])
        {
            if (question.Length < name.Length - at || !DnsNameOctets.IsWithin(question, name[at..])) continue;
            name[..at].CopyTo(destination);
            BinaryPrimitives.WriteUInt16BigEndian(destination[at..], (ushort)(0xc000 | (DnsHeader.Length + question.Length - (name.Length - at))));
            return at + 2;
        }

        name.CopyTo(destination);
        return name.Length;
    }
}
