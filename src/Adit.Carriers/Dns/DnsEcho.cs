using Adit.Wire.Dns;

namespace Adit.Carriers.Dns;

/// <summary>What an answer repeats of its query.</summary>
internal readonly ref struct DnsEcho(DnsHeader header, ReadOnlySpan<byte> name, DnsType type, DnsClass @class, DnsEdns? edns)
{
    public DnsHeader Header { get; } = header;

    /// <summary>QNAME, written out, its case as it came.</summary>
    public ReadOnlySpan<byte> Name { get; } = name;

    public DnsType Type { get; } = type;

    public DnsClass Class { get; } = @class;

    public DnsEdns? Edns { get; } = edns;

    /// <summary>RFC 1035 §4.1.1: identifier, opcode and RD as they came; RFC 4035 §3.1.6: CD too.</summary>
    public DnsHeader Answer(DnsFlags flags, DnsResponseCode code = DnsResponseCode.NoError)
        => new(Header.Id, DnsFlags.Response | (Header.Flags & (DnsFlags.RecursionDesired | DnsFlags.CheckingDisabled)) | flags, Header.Opcode, code);
}
