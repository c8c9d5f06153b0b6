using System.Buffers.Binary;
using Adit.Wire.Ethernet;
using Adit.Wire.Ip;

namespace Adit.Wire.Gre;

/// <summary>A view of a GRE packet; see <see cref="GreHeader"/> for the field diagram.</summary>
public readonly ref struct GrePacket
{
    private readonly ReadOnlySpan<byte> _octets;

    private GrePacket(ReadOnlySpan<byte> octets, int headerLength)
    {
        _octets = octets;
        HeaderLength = headerLength;
    }

    /// <summary>Octets of the header, 4 to 16.</summary>
    public int HeaderLength { get; }

    /// <summary>What follows.</summary>
    public EtherType ProtocolType => (EtherType)BinaryPrimitives.ReadUInt16BigEndian(_octets[2..]);

    /// <summary>Whether there is a checksum.</summary>
    public bool HasChecksum => (Flags & GreHeader.ChecksumPresent) != 0;

    /// <summary>Whether there is a key.</summary>
    public bool HasKey => (Flags & GreHeader.KeyPresent) != 0;

    /// <summary>Whether there is a sequence number.</summary>
    public bool HasSequenceNumber => (Flags & GreHeader.SequenceNumberPresent) != 0;

    /// <summary>The checksum; 0: none.</summary>
    public ushort Checksum => HasChecksum ? BinaryPrimitives.ReadUInt16BigEndian(_octets[GreHeader.ChecksumOffset..]) : (ushort)0;

    /// <summary>The key; 0 where there is none.</summary>
    public uint Key => HasKey ? BinaryPrimitives.ReadUInt32BigEndian(_octets[(HasChecksum ? 8 : 4)..]) : 0;

    /// <summary>The sequence number; 0 where there is none.</summary>
    public uint SequenceNumber => HasSequenceNumber ? BinaryPrimitives.ReadUInt32BigEndian(_octets[(HeaderLength - 4)..]) : 0;

    /// <summary>What the header stands before.</summary>
    public ReadOnlySpan<byte> Payload => _octets[HeaderLength..];

    /// <summary>Whether the checksum is right; true where there is none.</summary>
    public bool HasValidChecksum => !HasChecksum || InternetChecksum.IsValid(_octets);

    private int Flags => BinaryPrimitives.ReadUInt16BigEndian(_octets);

    /// <summary>Views a packet.</summary>
    /// <param name="source">The delivery packet's payload.</param>
    /// <param name="packet">The view, when the status is <see cref="DecodeStatus.Ok"/>.</param>
    /// <returns>Unsupported: another version; BadValue: the routing bit or another that must be zero.</returns>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out GrePacket packet)
    {
        packet = default;
        if (source.Length < 2) return DecodeStatus.Truncated;
        int flags = BinaryPrimitives.ReadUInt16BigEndian(source);
        if ((flags & GreHeader.VersionMask) != 0) return DecodeStatus.Unsupported; // RFC 2784 §2.3.1
        if ((flags & GreHeader.MustBeZero) != 0) return DecodeStatus.BadValue; // RFC 2784 §2.3; bits 6 to 12 are ignored
        int length = GreHeader.LengthFor((flags & GreHeader.ChecksumPresent) != 0, (flags & GreHeader.KeyPresent) != 0, (flags & GreHeader.SequenceNumberPresent) != 0);
        if (source.Length < length) return DecodeStatus.Truncated;
        packet = new GrePacket(source, length);
        return DecodeStatus.Ok;
    }
}
