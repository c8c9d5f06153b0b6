namespace Adit.Wire.Dns;

/// <summary>A view of a question (RFC 1035 §4.1.2): QNAME, QTYPE, QCLASS.</summary>
public readonly ref struct DnsQuestion
{
    internal DnsQuestion(DnsName name, DnsType type, DnsClass @class)
    {
        Name = name;
        Type = type;
        Class = @class;
    }

    /// <summary>QNAME.</summary>
    public DnsName Name { get; }

    /// <summary>QTYPE.</summary>
    public DnsType Type { get; }

    /// <summary>QCLASS.</summary>
    public DnsClass Class { get; }
}
