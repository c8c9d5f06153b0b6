using System.Buffers.Binary;

namespace Adit.Wire.Ip;

/// <summary>A view of an ICMPv6 message (RFC 4443 §2.1).</summary>
/// <remarks>
/// <code>
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |     Type      |     Code      |          Checksum             |
/// |             MTU, pointer, or unused (errors)                  |
/// |         As much of the invoking packet as possible            |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// </code>
/// </remarks>
public readonly ref struct Icmpv6Packet
{
    /// <summary>Octets before the quoted packet or the data.</summary>
    public const int HeaderLength = 8;

    private readonly ReadOnlySpan<byte> _octets;

    private Icmpv6Packet(ReadOnlySpan<byte> octets)
    {
        _octets = octets;
    }

    /// <summary>What it is.</summary>
    public Icmpv6Type Type => (Icmpv6Type)_octets[0];

    /// <summary>Which of its kind.</summary>
    public byte Code => _octets[1];

    /// <summary>The second word: the MTU of Packet Too Big, the pointer of Parameter Problem.</summary>
    public uint Parameter => BinaryPrimitives.ReadUInt32BigEndian(_octets[4..]);

    /// <summary>Whether it is an error about another packet.</summary>
    public bool IsError => IsErrorType(Type);

    /// <summary>What follows the first eight octets: of an error the beginning of the offending packet.</summary>
    public ReadOnlySpan<byte> Body => _octets[HeaderLength..];

    /// <summary>Views a message.</summary>
    /// <param name="source">The upper layer of an IPv6 packet.</param>
    /// <param name="from">The packet's source, for the pseudo header.</param>
    /// <param name="to">The packet's destination, for the pseudo header.</param>
    /// <param name="packet">The view, when the status is <see cref="DecodeStatus.Ok"/>.</param>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, Ipv6Address from, Ipv6Address to, out Icmpv6Packet packet)
    {
        packet = default;
        if (source.Length < HeaderLength) return DecodeStatus.Truncated;
        uint pseudo = InternetChecksum.PseudoHeader(from, to, IpProtocol.Icmpv6, source.Length);
        if (InternetChecksum.Add(pseudo, InternetChecksum.Sum(source)) != ushort.MaxValue) return DecodeStatus.BadChecksum;
        packet = new Icmpv6Packet(source);
        return DecodeStatus.Ok;
    }

    /// <summary>Whether a type is an error about another packet.</summary>
    /// <param name="type">The type.</param>
    internal static bool IsErrorType(Icmpv6Type type) => (byte)type < 128;
}
