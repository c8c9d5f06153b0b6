using System.Buffers.Binary;

namespace Adit.Wire.Ip;

/// <summary>The header of an IPv4 packet (RFC 791 §3.1), options included.</summary>
/// <remarks>
/// Theory of operation of this folder: tunnels read the packets they carry, wrap them in a header of their own, answer those that do not fit, and split
/// those that may be split. The <c>XPacket</c> views do the reading on the fast path, over the octets where they lie; the <c>XHeader</c> values build
/// and check headers. Checksums are in <see cref="InternetChecksum"/>, congestion marks in <see cref="EcnField"/>, errors that go back to a sender in
/// <see cref="Icmpv4Error"/> and <see cref="Icmpv6Error"/>, splitting in <see cref="Ipv4Fragmenter"/>, the segment size that TCP is told in
/// <see cref="TcpMaximumSegmentSize"/>.
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |Version|  IHL  |Type of Service|          Total Length         |
/// |         Identification        |0|D|M|     Fragment Offset     |
/// |  Time to Live |    Protocol   |         Header Checksum       |
/// |                         Source Address                        |
/// |                      Destination Address                      |
/// |                    Options                    |    Padding    |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// </code>
/// </remarks>
public readonly record struct Ipv4Header : IWireValue<Ipv4Header>
{
    /// <summary>Octets of a header without options.</summary>
    public const int MinimumLength = 20;

    /// <summary>Octets of the longest header.</summary>
    public const int MaximumLength = 60;

    /// <summary>Octets of the longest packet.</summary>
    public const int MaximumPacketLength = 65535;

    /// <summary>The MTU that every link must carry (RFC 791 §3.2).</summary>
    public const int MinimumMtu = 68;

    /// <summary>IPv4's type of service: differentiated services and <see cref="EcnField"/>.</summary>
    public byte TrafficClass { get; init; }

    /// <summary>Octets of header and payload.</summary>
    public ushort TotalLength { get; init; }

    /// <summary>What fragments of one packet have in common.</summary>
    public ushort Identification { get; init; }

    /// <summary>DF: no router may fragment the packet.</summary>
    public bool DontFragment { get; init; }

    /// <summary>MF: this is not the last fragment.</summary>
    public bool MoreFragments { get; init; }

    /// <summary>Where the payload stands in the whole packet's, in octets: a multiple of 8, below 65536.</summary>
    public int FragmentOffset { get; init; }

    /// <summary>TTL.</summary>
    public byte TimeToLive { get; init; }

    /// <summary>What the packet carries.</summary>
    public IpProtocol Protocol { get; init; }

    /// <summary>Who sent it.</summary>
    public Ipv4Address Source { get; init; }

    /// <summary>Whom it is for.</summary>
    public Ipv4Address Destination { get; init; }

    /// <summary>Options with their padding: a multiple of 4 octets, at most 40.</summary>
    public ReadOnlyMemory<byte> Options { get; init; }

    /// <inheritdoc/>
    public int EncodedLength => MinimumLength + Options.Length;

    /// <inheritdoc/>
    /// <remarks>A header with options allocates their copy; <see cref="Ipv4Packet"/> does not.</remarks>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out Ipv4Header value, out int consumed)
    {
        value = default;
        consumed = 0;
        if (source.IsEmpty) return DecodeStatus.Truncated;
        if (source[0] >> 4 != 4) return DecodeStatus.Unsupported;
        int length = (source[0] & 0x0f) * 4;
        if (length < MinimumLength) return DecodeStatus.BadLength;
        if (source.Length < length) return DecodeStatus.Truncated;
        DecodeStatus status = Ipv4Packet.TryDecodeQuoted(source, out Ipv4Packet packet);
        if (status != DecodeStatus.Ok) return status;
        if (!InternetChecksum.IsValid(source[..length])) return DecodeStatus.BadChecksum;
        if ((source[6] & 0x80) != 0) return DecodeStatus.BadValue; // RFC 791 §3.1: bit 0 is reserved, must be zero
        value = new Ipv4Header
        {
            TrafficClass = packet.TrafficClass,
            TotalLength = (ushort)packet.TotalLength,
            Identification = packet.Identification,
            DontFragment = packet.DontFragment,
            MoreFragments = packet.MoreFragments,
            FragmentOffset = packet.FragmentOffset,
            TimeToLive = packet.TimeToLive,
            Protocol = packet.Protocol,
            Source = packet.Source,
            Destination = packet.Destination,
            Options = length == MinimumLength ? default : packet.Options.ToArray(),
        };
        consumed = length;
        return DecodeStatus.Ok;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The destination is too small, or the options are no multiple of 4 octets up to 40.</exception>
    public int Encode(Span<byte> destination)
    {
        int length = EncodedLength;
        if (Options.Length % 4 != 0 || length > MaximumLength) throw new ArgumentException($"ipv4 header: options: expected a multiple of 4 octets up to 40, got {Options.Length}");
        WireRoom.Require(destination, length, "ipv4 header");
        destination[0] = (byte)(0x40 | (length / 4));
        destination[1] = TrafficClass;
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], TotalLength);
        BinaryPrimitives.WriteUInt16BigEndian(destination[4..], Identification);
        int flags = (DontFragment ? Ipv4Packet.DontFragmentBit : 0) | (MoreFragments ? Ipv4Packet.MoreFragmentsBit : 0);
        BinaryPrimitives.WriteUInt16BigEndian(destination[6..], (ushort)(flags | (FragmentOffset >> 3)));
        destination[8] = TimeToLive;
        destination[9] = (byte)Protocol;
        destination[10] = destination[11] = 0;
        Source.Write(destination[12..]);
        Destination.Write(destination[16..]);
        Options.Span.CopyTo(destination[MinimumLength..]);
        BinaryPrimitives.WriteUInt16BigEndian(destination[10..], InternetChecksum.Compute(destination[..length]));
        return length;
    }
}
