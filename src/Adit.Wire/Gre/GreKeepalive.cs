using Adit.Wire.Ethernet;
using Adit.Wire.Ip;

namespace Adit.Wire.Gre;

/// <summary>Cisco's GRE keepalive: a packet inside the tunnel whose way leads straight back.</summary>
/// <remarks>
/// Theory of operation: the asking end sends through the tunnel an IPv4 packet from the far end to itself that holds a GRE header of protocol type 0 and
/// nothing else. The far end need not know keepalives: it takes the packet out of the tunnel and routes it, and it arrives where it came from as an
/// ordinary GRE packet of protocol type 0. An end that routes nothing recognises the question (<see cref="TryDecodeRequest"/>) and sends its inside back.
/// <code>
/// | IPv4 asker → far end | GRE, 0x0800 | IPv4 far end → asker | GRE, 0x0000 |     question
///                                      | IPv4 far end → asker | GRE, 0x0000 |     answer
/// </code>
/// </remarks>
public static class GreKeepalive
{
    /// <summary>Octets of a question's payload at most: IPv4 header and GRE header with a key.</summary>
    public const int MaximumLength = Ipv4Header.MinimumLength + GreHeader.MinimumLength + 4;

    private const byte TimeToLive = 255; // as Cisco's: nothing decrements it within the tunnel

    /// <summary>Writes the payload of a question: the IPv4 packet that is to come back.</summary>
    /// <param name="destination">At least <see cref="MaximumLength"/> octets.</param>
    /// <param name="asker">The asking end's outer address.</param>
    /// <param name="farEnd">The far end's outer address.</param>
    /// <param name="key">The tunnel's key; null: none.</param>
    /// <returns>Octets written.</returns>
    public static int WriteRequest(Span<byte> destination, Ipv4Address asker, Ipv4Address farEnd, uint? key = null)
    {
        var inner = new GreHeader(EtherType.None, Key: key);
        int length = Ipv4Header.MinimumLength + inner.EncodedLength;
        WireRoom.Require(destination, length, "gre keepalive");
        new Ipv4Header { TotalLength = (ushort)length, TimeToLive = TimeToLive, Protocol = IpProtocol.Gre, Source = farEnd, Destination = asker }.Encode(destination);
        inner.Encode(destination[Ipv4Header.MinimumLength..]);
        return length;
    }

    /// <summary>Recognises the payload of a question that the far end asks us.</summary>
    /// <param name="payload">What came out of the tunnel.</param>
    /// <param name="local">Our outer address.</param>
    /// <param name="remote">The far end's outer address.</param>
    /// <param name="answer">What to send to the far end in an IPv4 packet of protocol 47.</param>
    /// <returns>Whether it is one: exactly these addresses, no fragment, no payload.</returns>
    public static bool TryDecodeRequest(ReadOnlySpan<byte> payload, Ipv4Address local, Ipv4Address remote, out ReadOnlySpan<byte> answer)
    {
        answer = default;
        if (Ipv4Packet.TryDecode(payload, out Ipv4Packet packet) != DecodeStatus.Ok) return false;
        if (packet.Protocol != IpProtocol.Gre || packet.IsFragment || packet.Source != local || packet.Destination != remote) return false;
        if (!packet.HasValidChecksum || GrePacket.TryDecode(packet.Payload, out GrePacket gre) != DecodeStatus.Ok || !IsAnswer(gre)) return false;
        answer = packet.Payload;
        return true;
    }

    /// <summary>Whether a GRE packet from the far end is an answer to our question.</summary>
    /// <param name="packet">The packet; its key must be judged as any other's.</param>
    public static bool IsAnswer(GrePacket packet) => packet.ProtocolType == EtherType.None && packet.Payload.IsEmpty;
}
