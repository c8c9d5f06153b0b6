namespace Adit.Wire.Ip;

/// <summary>The Destination Options header with the Tunnel Encapsulation Limit option alone (RFC 2473 §4.1.1), as Linux inserts it.</summary>
/// <remarks>
/// <code>
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |  Next Header  | Hdr Ext Len 0 |  Opt Type 4   |  Opt Len 1    |
/// |  Encap Limit  |  PadN type 1  |  Opt Len 1    |      0        |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// </code>
/// The limit says how many further tunnels a packet may enter. A packet whose limit is 0 is answered with Parameter Problem, not encapsulated.
/// </remarks>
/// <param name="NextHeader">What follows.</param>
/// <param name="Limit">Further encapsulations permitted.</param>
public readonly record struct TunnelEncapsulationLimit(IpProtocol NextHeader, byte Limit) : IWireValue<TunnelEncapsulationLimit>
{
    /// <summary>Octets of the header.</summary>
    public const int Length = 8;

    private const byte OptionType = 4;
    private const byte Pad1 = 0;
    private const byte PadN = 1;

    /// <inheritdoc/>
    public int EncodedLength => Length;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out TunnelEncapsulationLimit value, out int consumed)
    {
        value = default;
        consumed = 0;
        if (source.Length < Length) return DecodeStatus.Truncated;
        if (source[1] != 0 || source[3] != 1) return DecodeStatus.BadLength;
        if (source[2] != OptionType || source[5] != PadN || source[6] != 1 || source[7] != 0) return DecodeStatus.BadValue;
        value = new TunnelEncapsulationLimit((IpProtocol)source[0], source[4]);
        consumed = Length;
        return DecodeStatus.Ok;
    }

    /// <summary>Finds the option among others.</summary>
    /// <param name="header">A whole Destination Options header.</param>
    /// <returns>The offset of its value in the header; -1 where it is absent or an option before it leaves the header.</returns>
    public static int Find(ReadOnlySpan<byte> header)
    {
        for (int at = 2; at < header.Length;)
        {
            if (header[at] == Pad1)
            {
                at++;
                continue;
            }

            if (at + 2 > header.Length || at + 2 + header[at + 1] > header.Length) return -1;
            if (header[at] == OptionType && header[at + 1] == 1) return at + 2;
            at += 2 + header[at + 1];
        }

        return -1;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        WireRoom.Require(destination, Length, "tunnel encapsulation limit");
        destination[0] = (byte)NextHeader;
        destination[1] = 0;
        destination[2] = OptionType;
        destination[3] = 1;
        destination[4] = Limit;
        destination[5] = PadN;
        destination[6] = 1;
        destination[7] = 0;
        return Length;
    }
}
