using System.Buffers.Binary;

namespace Adit.Wire.Ip;

/// <summary>Builds ICMP errors as whole IPv4 packets, for a tunnel to hand to the sender of what it could not carry (RFC 1812 §4.3).</summary>
public static class Icmpv4Error
{
    /// <summary>Octets of an error at most, so that no network fragments it (RFC 1812 §4.3.2.3).</summary>
    public const int MaximumLength = 576;

    /// <summary>"fragmentation needed and DF set" (RFC 792).</summary>
    public const byte FragmentationNeededCode = 4;

    private const byte InternetworkControl = 0xc0; // RFC 1812 §4.3.2.5: precedence 6
    private const byte TimeToLive = 64; // RFC 1812 §4.2.2.9: the configured TTL; 64 is the default of RFC 1700
    private const int HeadersLength = Ipv4Header.MinimumLength + Icmpv4Packet.HeaderLength;

    /// <summary>Whether an error may be sent about a packet at all (RFC 1812 §4.3.2.7).</summary>
    /// <param name="packet">The offending packet.</param>
    public static bool MayAnswer(Ipv4Packet packet)
    {
        if (packet.FragmentOffset != 0) return false; // "any fragment of a datagram other than the first fragment"
        if (!packet.Destination.IsUnicast) return false; // "an IP broadcast or IP multicast address"
        if (!packet.Source.IsUnicast) return false; // "a source address that does not uniquely identify a single node"
        if (packet.Protocol != IpProtocol.Icmp) return true;
        return !packet.Payload.IsEmpty && !Icmpv4Packet.IsErrorType((Icmpv4Type)packet.Payload[0]); // "an ICMP error message"
    }

    /// <summary>Destination Unreachable, "fragmentation needed", with the MTU (RFC 1191 §4).</summary>
    /// <param name="destination">At least <see cref="MaximumLength"/> octets.</param>
    /// <param name="offending">The packet that did not fit.</param>
    /// <param name="source">Who says so.</param>
    /// <param name="mtu">The most that fits, in octets of IP packet.</param>
    /// <returns>Octets written; 0: this packet is never answered.</returns>
    public static int WriteFragmentationNeeded(Span<byte> destination, Ipv4Packet offending, Ipv4Address source, int mtu) =>
        Write(destination, offending, source, Icmpv4Type.DestinationUnreachable, FragmentationNeededCode, (ushort)Math.Clamp(mtu, 0, ushort.MaxValue));

    /// <summary>Time Exceeded in transit (RFC 792, code 0).</summary>
    /// <inheritdoc cref="WriteFragmentationNeeded"/>
    public static int WriteTimeExceeded(Span<byte> destination, Ipv4Packet offending, Ipv4Address source) =>
        Write(destination, offending, source, Icmpv4Type.TimeExceeded, 0, 0);

    /// <summary>Parameter Problem (RFC 792, code 0).</summary>
    /// <inheritdoc cref="WriteFragmentationNeeded"/>
    /// <param name="destination">At least <see cref="MaximumLength"/> octets.</param>
    /// <param name="offending">The packet.</param>
    /// <param name="source">Who says so.</param>
    /// <param name="pointer">The offset of the octet at fault.</param>
    public static int WriteParameterProblem(Span<byte> destination, Ipv4Packet offending, Ipv4Address source, byte pointer) =>
        Write(destination, offending, source, Icmpv4Type.ParameterProblem, 0, (uint)pointer << 24);

    /// <summary>Any error.</summary>
    /// <param name="destination">At least <see cref="MaximumLength"/> octets.</param>
    /// <param name="offending">The packet it is about.</param>
    /// <param name="source">Who says so.</param>
    /// <param name="type">The type.</param>
    /// <param name="code">The code.</param>
    /// <param name="parameter">The second word of the message.</param>
    /// <returns>Octets written; 0: this packet is never answered.</returns>
    public static int Write(Span<byte> destination, Ipv4Packet offending, Ipv4Address source, Icmpv4Type type, byte code, uint parameter)
    {
        if (!MayAnswer(offending)) return 0;
        int quoted = Math.Min(offending.Octets.Length, MaximumLength - HeadersLength); // RFC 1812 §4.3.2.3: as much as possible
        int length = HeadersLength + quoted;
        WireRoom.Require(destination, length, "icmp error");
        var header = new Ipv4Header
        {
            TrafficClass = InternetworkControl,
            TotalLength = (ushort)length,
            TimeToLive = TimeToLive,
            Protocol = IpProtocol.Icmp,
            Source = source,
            Destination = offending.Source,
        };
        header.Encode(destination);
        Span<byte> message = destination[Ipv4Header.MinimumLength..length];
        offending.Octets[..quoted].CopyTo(message[Icmpv4Packet.HeaderLength..]);
        message[0] = (byte)type;
        message[1] = code;
        message[2] = message[3] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(message[4..], parameter);
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], InternetChecksum.Compute(message));
        return length;
    }
}
