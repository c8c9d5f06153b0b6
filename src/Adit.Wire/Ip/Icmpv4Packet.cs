using System.Buffers.Binary;

namespace Adit.Wire.Ip;

/// <summary>A view of an ICMP message (RFC 792).</summary>
/// <remarks>
/// <code>
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |     Type      |     Code      |          Checksum             |
/// |           unused              |  Next-Hop MTU (RFC 1191 §4)   |
/// |   Internet Header + leading octets of the offending packet    |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// </code>
/// </remarks>
public readonly ref struct Icmpv4Packet
{
    /// <summary>Octets before the quoted packet or the data.</summary>
    public const int HeaderLength = 8;

    private readonly ReadOnlySpan<byte> _octets;

    private Icmpv4Packet(ReadOnlySpan<byte> octets)
    {
        _octets = octets;
    }

    /// <summary>What it is.</summary>
    public Icmpv4Type Type => (Icmpv4Type)_octets[0];

    /// <summary>Which of its kind.</summary>
    public byte Code => _octets[1];

    /// <summary>The MTU that a "fragmentation needed" tells; 0 from a router older than RFC 1191.</summary>
    public int NextHopMtu => BinaryPrimitives.ReadUInt16BigEndian(_octets[6..]);

    /// <summary>Whether it is an error about another packet (RFC 1122 §3.2.2).</summary>
    public bool IsError => IsErrorType(Type);

    /// <summary>Whether it says that a packet with DF did not fit (RFC 1191 §4).</summary>
    public bool IsFragmentationNeeded => Type == Icmpv4Type.DestinationUnreachable && Code == Icmpv4Error.FragmentationNeededCode;

    /// <summary>What follows the first eight octets: of an error the beginning of the offending packet.</summary>
    public ReadOnlySpan<byte> Body => _octets[HeaderLength..];

    /// <summary>Views a message.</summary>
    /// <param name="source">The IP payload.</param>
    /// <param name="packet">The view, when the status is <see cref="DecodeStatus.Ok"/>.</param>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out Icmpv4Packet packet)
    {
        packet = default;
        if (source.Length < HeaderLength) return DecodeStatus.Truncated;
        if (!InternetChecksum.IsValid(source)) return DecodeStatus.BadChecksum;
        packet = new Icmpv4Packet(source);
        return DecodeStatus.Ok;
    }

    /// <summary>Whether a type is an error about another packet (RFC 1122 §3.2.2).</summary>
    /// <param name="type">The type.</param>
    internal static bool IsErrorType(Icmpv4Type type) => type is Icmpv4Type.DestinationUnreachable or Icmpv4Type.SourceQuench
        or Icmpv4Type.Redirect or Icmpv4Type.TimeExceeded or Icmpv4Type.ParameterProblem;
}
