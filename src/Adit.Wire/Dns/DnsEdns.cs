using System.Buffers.Binary;

namespace Adit.Wire.Dns;

/// <summary>The pseudo record OPT without its options (RFC 6891 §6.1): options that come are skipped, none are sent.</summary>
/// <remarks>
/// <code>
/// NAME 0 | TYPE 41 | CLASS: UDP payload size | TTL: extended RCODE 8, version 8, DO 1, Z 15 | RDLENGTH | options
/// </code>
/// </remarks>
/// <param name="PayloadSize">The largest UDP payload that the sender takes; less than 512 means 512 (§6.2.3).</param>
/// <param name="ExtendedCode">The high 8 bits of the response's code.</param>
/// <param name="Version">The version; 0 is the only one.</param>
/// <param name="IsDnssecOk">DO: the sender wants records of DNSSEC.</param>
public readonly record struct DnsEdns(ushort PayloadSize, byte ExtendedCode = 0, byte Version = 0, bool IsDnssecOk = false) : IWireValue<DnsEdns>
{
    /// <summary>Octets of the record without options.</summary>
    public const int Length = 11;

    private const uint DnssecOkBit = 0x8000;

    /// <inheritdoc/>
    public int EncodedLength => Length;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out DnsEdns value, out int consumed)
    {
        (value, consumed) = (default, 0);
        if (source.Length > 0 && source[0] != 0) return DecodeStatus.BadValue; // §6.1.2: the root
        if (source.Length < Length) return DecodeStatus.Truncated;
        if (BinaryPrimitives.ReadUInt16BigEndian(source[1..]) != (int)DnsType.Opt) return DecodeStatus.Unsupported;
        int options = BinaryPrimitives.ReadUInt16BigEndian(source[9..]);
        if (source.Length - Length < options) return DecodeStatus.Truncated;
        value = Of((DnsClass)BinaryPrimitives.ReadUInt16BigEndian(source[3..]), BinaryPrimitives.ReadUInt32BigEndian(source[5..]));
        consumed = Length + options;
        return DecodeStatus.Ok;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        WireRoom.Require(destination, Length, "dns opt");
        destination[0] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(destination[1..], (ushort)DnsType.Opt);
        BinaryPrimitives.WriteUInt16BigEndian(destination[3..], PayloadSize);
        BinaryPrimitives.WriteUInt32BigEndian(destination[5..], ((uint)ExtendedCode << 24) | ((uint)Version << 16) | (IsDnssecOk ? DnssecOkBit : 0));
        BinaryPrimitives.WriteUInt16BigEndian(destination[9..], 0);
        return Length;
    }

    internal static DnsEdns Of(DnsClass @class, uint timeToLive)
        => new((ushort)@class, (byte)(timeToLive >> 24), (byte)(timeToLive >> 16), (timeToLive & DnssecOkBit) != 0);
}
