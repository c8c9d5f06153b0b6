using System.Buffers.Binary;

namespace Adit.Wire.Ip;

/// <summary>Builds ICMPv6 errors as whole IPv6 packets, for a tunnel to hand to the sender of what it could not carry (RFC 4443).</summary>
public static class Icmpv6Error
{
    /// <summary>Octets of an error at most: the minimum MTU (RFC 4443 §2.4 (c)).</summary>
    public const int MaximumLength = Ipv6Header.MinimumMtu;

    private const byte HopLimit = 64; // the default of IANA's "IP Parameters"
    private const byte UnrecognizedOptionCode = 2; // RFC 4443 §3.4
    private const int HeadersLength = Ipv6Header.Length + Icmpv6Packet.HeaderLength;

    /// <summary>Whether an error may be sent about a packet at all (RFC 4443 §2.4 (e)).</summary>
    /// <param name="packet">The offending packet.</param>
    /// <param name="type">The error.</param>
    /// <param name="code">Its code.</param>
    public static bool MayAnswer(Ipv6Packet packet, Icmpv6Type type, byte code)
    {
        bool evenToMulticast = type == Icmpv6Type.PacketTooBig || (type == Icmpv6Type.ParameterProblem && code == UnrecognizedOptionCode); // (e.3)
        if (packet.Destination.IsMulticast && !evenToMulticast) return false;
        if (packet.Source.IsUnspecified || packet.Source.IsMulticast) return false; // (e.6)
        if (packet.TryFindUpperLayer(out Ipv6UpperLayer upper) != DecodeStatus.Ok) return true; // what cannot be walked is no ICMPv6
        if (upper.FragmentOffset > 0) return true;
        if (upper.Protocol != IpProtocol.Icmpv6) return true;
        if (packet.Octets.Length <= upper.Offset) return false;
        var inner = (Icmpv6Type)packet.Octets[upper.Offset];
        return !Icmpv6Packet.IsErrorType(inner) && inner != Icmpv6Type.Redirect; // (e.1), (e.2)
    }

    /// <summary>Packet Too Big (RFC 4443 §3.2).</summary>
    /// <param name="destination">At least <see cref="MaximumLength"/> octets.</param>
    /// <param name="offending">The packet that did not fit.</param>
    /// <param name="source">Who says so.</param>
    /// <param name="mtu">The most that fits, in octets of IP packet; at least 1280 (RFC 8201 §4).</param>
    /// <returns>Octets written; 0: this packet is never answered.</returns>
    public static int WritePacketTooBig(Span<byte> destination, Ipv6Packet offending, Ipv6Address source, int mtu) =>
        Write(destination, offending, source, Icmpv6Type.PacketTooBig, 0, (uint)Math.Max(mtu, Ipv6Header.MinimumMtu));

    /// <summary>Time Exceeded in transit (RFC 4443 §3.3, code 0).</summary>
    /// <inheritdoc cref="WritePacketTooBig"/>
    public static int WriteTimeExceeded(Span<byte> destination, Ipv6Packet offending, Ipv6Address source) =>
        Write(destination, offending, source, Icmpv6Type.TimeExceeded, 0, 0);

    /// <summary>Parameter Problem (RFC 4443 §3.4).</summary>
    /// <param name="destination">At least <see cref="MaximumLength"/> octets.</param>
    /// <param name="offending">The packet.</param>
    /// <param name="source">Who says so.</param>
    /// <param name="code">0: an erroneous field; 1: an unrecognised next header; 2: an unrecognised option.</param>
    /// <param name="pointer">The offset of the octet at fault.</param>
    /// <returns>Octets written; 0: this packet is never answered.</returns>
    public static int WriteParameterProblem(Span<byte> destination, Ipv6Packet offending, Ipv6Address source, byte code, uint pointer) =>
        Write(destination, offending, source, Icmpv6Type.ParameterProblem, code, pointer);

    /// <summary>Any error.</summary>
    /// <param name="destination">At least <see cref="MaximumLength"/> octets.</param>
    /// <param name="offending">The packet it is about.</param>
    /// <param name="source">Who says so.</param>
    /// <param name="type">The type.</param>
    /// <param name="code">The code.</param>
    /// <param name="parameter">The second word of the message.</param>
    /// <returns>Octets written; 0: this packet is never answered.</returns>
    public static int Write(Span<byte> destination, Ipv6Packet offending, Ipv6Address source, Icmpv6Type type, byte code, uint parameter)
    {
        if (!MayAnswer(offending, type, code)) return 0;
        int quoted = Math.Min(offending.Octets.Length, MaximumLength - HeadersLength);
        int length = HeadersLength + quoted;
        WireRoom.Require(destination, length, "icmpv6 error");
        Ipv6Address to = offending.Source;
        var header = new Ipv6Header
        {
            PayloadLength = (ushort)(length - Ipv6Header.Length),
            NextHeader = IpProtocol.Icmpv6,
            HopLimit = HopLimit,
            Source = source,
            Destination = to,
        };
        header.Encode(destination);
        Span<byte> message = destination[Ipv6Header.Length..length];
        offending.Octets[..quoted].CopyTo(message[Icmpv6Packet.HeaderLength..]);
        message[0] = (byte)type;
        message[1] = code;
        message[2] = message[3] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(message[4..], parameter);
        uint pseudo = InternetChecksum.PseudoHeader(source, to, IpProtocol.Icmpv6, message.Length);
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], InternetChecksum.Finish(InternetChecksum.Add(pseudo, InternetChecksum.Sum(message))));
        return length;
    }
}
