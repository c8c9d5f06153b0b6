using Adit.Wire.Dns;

namespace Adit.Carriers.Dns;

/// <summary>One asker of a held query: what its answer must echo.</summary>
internal sealed class DnsAsker
{
    private readonly byte[] _name = new byte[DnsName.MaximumLength];
    private int _nameLength;

    public DnsOrigin Origin { get; private set; }

    public DnsHeader Header { get; private set; }

    public DnsEdns? Edns { get; private set; }

    public ReadOnlySpan<byte> Name => _name.AsSpan(0, _nameLength);

    public DnsAsker? Next { get; set; }

    public void Set(in DnsHeader header, DnsEdns? edns, DnsOrigin origin, ReadOnlySpan<byte> name)
    {
        (Header, Edns, Origin, Next) = (header, edns, origin, null);
        name.CopyTo(_name);
        _nameLength = name.Length;
    }
}
