using System.Buffers.Binary;
using Adit.Wire.Ethernet;

namespace Adit.Wire.Geneve;

/// <summary>The header of GENEVE (RFC 8926 §3.4), over UDP, options included.</summary>
/// <remarks>
/// Theory of operation: like VXLAN, with a payload of any EtherType and with options. An option that the receiver must understand has its critical bit set,
/// and then the header's C bit is set too; whoever finds such an option and does not know it drops the packet. The others are skipped by their length.
/// <code>
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |Ver|  Opt Len  |O|C|    Rsvd.  |          Protocol Type        |
/// |        Virtual Network Identifier (VNI)       |    Reserved   |
/// ~                    Variable-Length Options                    ~
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// </code>
/// </remarks>
/// <param name="NetworkIdentifier">VNI, 24 bits.</param>
/// <param name="ProtocolType">What follows the options.</param>
public readonly record struct GeneveHeader(uint NetworkIdentifier, EtherType ProtocolType = EtherType.TransparentEthernetBridging) : IWireValue<GeneveHeader>
{
    /// <summary>Octets of a header without options.</summary>
    public const int MinimumLength = 8;

    /// <summary>Octets of options at most.</summary>
    public const int MaximumOptionsLength = 63 * 4;

    /// <summary>IANA's UDP port.</summary>
    public const int Port = 6081;

    /// <summary>The highest network identifier.</summary>
    public const uint MaximumNetworkIdentifier = 0xffffff;

    internal const int ControlBit = 0x80;
    internal const int CriticalBit = 0x40;

    /// <summary>O: a control message, not data.</summary>
    public bool IsControl { get; init; }

    /// <summary>C: critical options are present.</summary>
    public bool HasCriticalOptions { get; init; }

    /// <summary>Encoded options: a multiple of 4 octets, at most <see cref="MaximumOptionsLength"/>.</summary>
    public ReadOnlyMemory<byte> Options { get; init; }

    /// <inheritdoc/>
    public int EncodedLength => MinimumLength + Options.Length;

    /// <inheritdoc/>
    /// <remarks>A header with options allocates their copy; <see cref="GenevePacket"/> does not.</remarks>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out GeneveHeader value, out int consumed)
    {
        value = default;
        consumed = 0;
        DecodeStatus status = GenevePacket.TryDecode(source, out GenevePacket packet);
        if (status != DecodeStatus.Ok) return status;
        value = new GeneveHeader(packet.NetworkIdentifier, packet.ProtocolType)
        {
            IsControl = packet.IsControl,
            HasCriticalOptions = packet.HasCriticalOptions,
            Options = packet.Options.IsEmpty ? default : packet.Options.ToArray(),
        };
        consumed = packet.HeaderLength;
        return DecodeStatus.Ok;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The destination is too small, or the options are no multiple of 4 octets up to the maximum.</exception>
    public int Encode(Span<byte> destination)
    {
        int length = EncodedLength;
        if (Options.Length % 4 != 0 || Options.Length > MaximumOptionsLength)
            throw new ArgumentException($"geneve header: options: expected a multiple of 4 octets up to {MaximumOptionsLength}, got {Options.Length}");
        WireRoom.Require(destination, length, "geneve header");
        destination[0] = (byte)(Options.Length / 4);
        destination[1] = (byte)((IsControl ? ControlBit : 0) | (HasCriticalOptions ? CriticalBit : 0));
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)ProtocolType);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], NetworkIdentifier << 8);
        Options.Span.CopyTo(destination[MinimumLength..]);
        return length;
    }
}
