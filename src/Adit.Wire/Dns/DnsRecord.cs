namespace Adit.Wire.Dns;

/// <summary>A view of a resource record (RFC 1035 §4.1.3): NAME, TYPE, CLASS, TTL, RDLENGTH, RDATA.</summary>
public readonly ref struct DnsRecord
{
    private readonly ReadOnlySpan<byte> _message;
    private readonly int _dataOffset;
    private readonly int _dataLength;

    internal DnsRecord(ReadOnlySpan<byte> message, DnsSection section, DnsName name, DnsType type, DnsClass @class, uint timeToLive, int dataOffset, int dataLength)
    {
        _message = message;
        _dataOffset = dataOffset;
        _dataLength = dataLength;
        Section = section;
        Name = name;
        Type = type;
        Class = @class;
        TimeToLive = timeToLive;
    }

    /// <summary>Where it stands.</summary>
    public DnsSection Section { get; }

    /// <summary>Whose record it is.</summary>
    public DnsName Name { get; }

    /// <summary>What its data are.</summary>
    public DnsType Type { get; }

    /// <summary>CLASS; of OPT, the sender's size of UDP payloads (RFC 6891 §6.1.2).</summary>
    public DnsClass Class { get; }

    /// <summary>TTL in seconds; of OPT, flags.</summary>
    public uint TimeToLive { get; }

    /// <summary>RDATA as it stands; names inside may be compressed.</summary>
    public ReadOnlySpan<byte> Data => _message.Slice(_dataOffset, _dataLength);

    /// <summary>The name that the data of NS, CNAME and PTR are, or with which those of SOA begin (MNAME).</summary>
    /// <param name="name">The name.</param>
    /// <returns>Whether the type has one.</returns>
    public bool TryGetDataName(out DnsName name)
    {
        name = default;
        return Type is DnsType.Ns or DnsType.Cname or DnsType.Ptr or DnsType.Soa
            && DnsName.TryDecode(_message[..(_dataOffset + _dataLength)], _dataOffset, out name, out _) == DecodeStatus.Ok;
    }

    /// <summary>Whether the data have the form that the type asks for; those of other types are any octets (RFC 3597 §3).</summary>
    internal DecodeStatus CheckData()
    {
        ReadOnlySpan<byte> upToEnd = _message[..(_dataOffset + _dataLength)];
        switch (Type)
        {
            case DnsType.A: return _dataLength == 4 ? DecodeStatus.Ok : DecodeStatus.BadLength; // RFC 1035 §3.4.1
            case DnsType.Aaaa: return _dataLength == 16 ? DecodeStatus.Ok : DecodeStatus.BadLength; // RFC 3596 §2.2
            case DnsType.Ns or DnsType.Cname or DnsType.Ptr: return CheckNames(upToEnd, 1, 0);
            case DnsType.Soa: return CheckNames(upToEnd, 2, 20); // RFC 1035 §3.3.13
            case DnsType.Txt: return CheckStrings(Data);
            case DnsType.Opt: return CheckOptions(Data);
            default: return DecodeStatus.Ok;
        }
    }

    private DecodeStatus CheckNames(ReadOnlySpan<byte> upToEnd, int names, int after)
    {
        int at = _dataOffset;
        for (int i = 0; i < names; i++)
        {
            DecodeStatus status = DnsName.TryDecode(upToEnd, at, out _, out at);
            if (status != DecodeStatus.Ok) return status == DecodeStatus.Truncated ? DecodeStatus.BadLength : status;
        }

        return at + after == upToEnd.Length ? DecodeStatus.Ok : DecodeStatus.BadLength;
    }

    /// <summary>RFC 1035 §3.3.14: one or more character strings.</summary>
    private static DecodeStatus CheckStrings(ReadOnlySpan<byte> data)
    {
        int at = 0;
        while (at < data.Length) at += 1 + data[at];
        return data.Length > 0 && at == data.Length ? DecodeStatus.Ok : DecodeStatus.BadLength;
    }

    /// <summary>RFC 6891 §6.1.2: code, length, octets, again and again.</summary>
    private static DecodeStatus CheckOptions(ReadOnlySpan<byte> data)
    {
        int at = 0;
        while (at + 4 <= data.Length) at += 4 + ((data[at + 2] << 8) | data[at + 3]);
        return at == data.Length ? DecodeStatus.Ok : DecodeStatus.BadLength;
    }
}
