using System.Text;

namespace Adit.Wire.Smpp;

/// <summary>Reads the fields of a PDU's body one after another (SMPP 3.4 §3.1). After the first that is wrong, <see cref="Status"/> says so and all others are empty.</summary>
internal ref struct SmppFieldReader(ReadOnlySpan<byte> source)
{
    private readonly ReadOnlySpan<byte> _source = source;

    /// <summary>Octets read.</summary>
    public int At { get; private set; }

    /// <summary>What was found wrong first.</summary>
    public DecodeStatus Status { get; private set; } = DecodeStatus.Ok;

    /// <summary>What was not read.</summary>
    public readonly ReadOnlySpan<byte> Rest => _source[At..];

    /// <summary>An integer of one octet.</summary>
    public byte ReadByte()
    {
        if (Status != DecodeStatus.Ok) return 0;
        if (At < _source.Length) return _source[At++];
        Status = DecodeStatus.Truncated;
        return 0;
    }

    /// <summary>A C-Octet String: octets of ASCII, then NUL.</summary>
    /// <param name="most">The field's size in the specification, NUL included.</param>
    public string ReadText(int most)
    {
        if (Status != DecodeStatus.Ok) return "";
        ReadOnlySpan<byte> rest = Rest;
        int end = rest[..Math.Min(rest.Length, most)].IndexOf((byte)0);
        if (end < 0)
        {
            Status = rest.Length < most ? DecodeStatus.Truncated : DecodeStatus.BadLength;
            return "";
        }

        // §3.1: printable ASCII; whatever else there is shows in no log.
        if (rest[..end].ContainsAnyExceptInRange((byte)' ', (byte)'~'))
        {
            Status = DecodeStatus.BadValue;
            return "";
        }

        At += end + 1;
        return Encoding.ASCII.GetString(rest[..end]);
    }

    /// <summary>An Octet String of a known length.</summary>
    public ReadOnlySpan<byte> ReadOctets(int length)
    {
        if (Status != DecodeStatus.Ok) return default;
        if (Rest.Length < length)
        {
            Status = DecodeStatus.Truncated;
            return default;
        }

        At += length;
        return _source.Slice(At - length, length);
    }

    /// <summary>An address: addr_ton, addr_npi, address (§4.4.1).</summary>
    public SmppAddress ReadAddress() => new(ReadByte(), ReadByte(), ReadText(SmppAddress.MostText));
}
