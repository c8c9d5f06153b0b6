using Adit.Wire;
using Adit.Wire.Ethernet;
using Adit.Wire.Geneve;
using Adit.Wire.Gre;
using Adit.Wire.Ip;
using Adit.Wire.Tun;

namespace Adit.TestKit.Codecs;

/// <summary>Everything of packet links that takes octets from a peer.</summary>
public static class LinkTargets
{
    private static readonly byte[] Udp4 = Octets.Of("4500003c00054000401126aa0a0000010a00000203e807d00028383c7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a");

    /// <summary>The targets: one a codec, the views, the fragmenter and the builders of errors.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        .. IpCodecCases.All.Concat(TunnelCodecCases.All).GroupBy(c => c.CodecType).Select(g => new FuzzTarget(g.Key.Name, [.. g.Select(c => c.Vector)], g.First().CheckAny)),
        new FuzzTarget(nameof(Ipv4Packet), [Udp4, IpCodecCases.OddSyn], Ipv4),
        new FuzzTarget(nameof(Ipv6Packet), [IpCodecCases.Extended], Ipv6),
        new FuzzTarget(nameof(TcpPacket), [IpCodecCases.OddSyn[20..]], Tcp),
        new FuzzTarget(nameof(Ipv4Fragmenter), [Fragmentable()], Fragments),
        new FuzzTarget(nameof(GrePacket), [Octets.Of("b00086dd0be2000000000007000000097061796c6f6164"), Octets.Of("8000080077ff0000 4500001f00010000400166db0a0000010a000002 0800249900010001 6f6464")], Gre),
        new FuzzTarget(nameof(GenevePacket), [Octets.Of("03400000000001000102800161626364ffff0100 aabb")], Geneve),
        new FuzzTarget(nameof(EthernetPacket), [Octets.Of("020000000002020000000001 81006064 88a80001 0800 4500")], Ethernet),
        new FuzzTarget(nameof(TunPacket), [Octets.Of("00000002 45"), Octets.Of("00000018 60")], Tun),
        new FuzzTarget("icmp", [Octets.Of("03040bc000000578 4500003c00054000401126aa0a0000010a00000203e807d00028383c")], Icmp),
    ];

    private static byte[] Fragmentable()
    {
        byte[] packet = [.. Octets.Of("4800008c004d00004011c4060a0000010a0000029404000007070400000000000001000200 6c4f43"), .. Enumerable.Range(0, 103).Select(i => (byte)i)];
        packet[3] = (byte)packet.Length;
        return packet;
    }

    private static void Ipv4(ReadOnlySpan<byte> input)
    {
        if (Ipv4Packet.TryDecodeQuoted(input, out Ipv4Packet quoted) == DecodeStatus.Ok)
        {
            _ = quoted.Options.Length + quoted.Payload.Length + quoted.FragmentOffset + (quoted.HasValidChecksum ? 1 : 0);
            Span<byte> error = stackalloc byte[Icmpv4Error.MaximumLength];
            int written = Icmpv4Error.WriteFragmentationNeeded(error, quoted, new Ipv4Address(0x0a0000fe), 1400);
            Require(written == 0 || (Ipv4Packet.TryDecode(error[..written], out Ipv4Packet answer) == DecodeStatus.Ok && answer.HasValidChecksum
                && answer.Destination == quoted.Source && Icmpv4Packet.TryDecode(answer.Payload, out _) == DecodeStatus.Ok), "the error is malformed");
            _ = GreKeepalive.TryDecodeRequest(input, quoted.Source, quoted.Destination, out _);
        }

        if (Ipv4Packet.TryDecode(input, out Ipv4Packet packet) != DecodeStatus.Ok) return;
        Require(packet.Octets.Length == packet.TotalLength && packet.HeaderLength + packet.Payload.Length == packet.TotalLength, "lengths do not add up");
    }

    private static void Ipv6(ReadOnlySpan<byte> input)
    {
        if (Ipv6Packet.TryDecodeQuoted(input, out Ipv6Packet packet) != DecodeStatus.Ok) return;
        if (packet.TryFindUpperLayer(out Ipv6UpperLayer upper) == DecodeStatus.Ok)
        {
            Require(upper.Offset <= packet.Octets.Length, "the upper layer is outside");
            Require(upper.EncapsulationLimitOffset < upper.Offset && upper.FragmentHeaderOffset < upper.Offset, "an extension is behind the upper layer");
        }

        Span<byte> error = stackalloc byte[Icmpv6Error.MaximumLength];
        int written = Icmpv6Error.WritePacketTooBig(error, packet, new Ipv6Address(1, 1), 1400);
        Require(written == 0 || (Ipv6Packet.TryDecode(error[..written], out Ipv6Packet answer) == DecodeStatus.Ok
            && Icmpv6Packet.TryDecode(answer.Payload, answer.Source, answer.Destination, out _) == DecodeStatus.Ok), "the error is malformed");
    }

    private static void Tcp(ReadOnlySpan<byte> input)
    {
        if (TcpPacket.TryDecode(input, out TcpPacket packet) != DecodeStatus.Ok) return;
        _ = packet.Options.Length + packet.Payload.Length;
        byte[] copy = input.ToArray();
        uint before = InternetChecksum.Sum(copy);
        if (!TcpMaximumSegmentSize.Clamp(copy, 1000)) return;
        uint after = InternetChecksum.Sum(copy);
        Require(before == after || (before is 0 or 0xffff && after is 0 or 0xffff), "clamping changed the sum");
        Require(copy.AsSpan(20).CommonPrefixLength(input[20..]) >= TcpMaximumSegmentSize.Find(input) - 20, "clamping changed another field");
    }

    private static void Fragments(ReadOnlySpan<byte> input)
    {
        if (Ipv4Fragmenter.TryCreate(input, 72, out Ipv4Fragmenter fragmenter) != DecodeStatus.Ok) return;
        Ipv4Packet.TryDecode(input, out Ipv4Packet whole);
        Span<byte> fragment = stackalloc byte[72];
        int at = whole.FragmentOffset;
        bool more = true;
        for (int count = 0; fragmenter.TryNext(fragment, out int written); count++)
        {
            Require(more && count <= input.Length, "too many fragments");
            Require(Ipv4Packet.TryDecode(fragment[..written], out Ipv4Packet packet) == DecodeStatus.Ok && packet.HasValidChecksum, "a fragment is malformed");
            Require(packet.FragmentOffset == at && packet.Payload.SequenceEqual(whole.Payload.Slice(at - whole.FragmentOffset, packet.Payload.Length)), "a fragment holds other octets");
            at += packet.Payload.Length;
            more = at - whole.FragmentOffset < whole.Payload.Length;
            Require(packet.MoreFragments == (more || whole.MoreFragments), "MF is wrong");
        }

        Require(!more, "fragments are missing");
    }

    private static void Gre(ReadOnlySpan<byte> input)
    {
        if (GrePacket.TryDecode(input, out GrePacket packet) != DecodeStatus.Ok) return;
        Require(packet.HeaderLength + packet.Payload.Length == input.Length, "lengths do not add up");
        _ = (packet.HasValidChecksum ? 1 : 0) + packet.Key + packet.SequenceNumber + (uint)packet.ProtocolType;
    }

    private static void Geneve(ReadOnlySpan<byte> input)
    {
        if (GenevePacket.TryDecode(input, out GenevePacket packet) != DecodeStatus.Ok) return;
        Require(packet.HeaderLength + packet.Payload.Length == input.Length, "lengths do not add up");
        _ = packet.HasCriticalOption();
    }

    private static void Ethernet(ReadOnlySpan<byte> input)
    {
        if (EthernetPacket.TryDecode(input, out EthernetPacket packet) != DecodeStatus.Ok) return;
        Require(packet.HeaderLength + packet.Payload.Length == input.Length && packet.Type is not (EtherType.Vlan or EtherType.ServiceVlan), "a tag is left");
        _ = packet.VlanIdentifier;
    }

    private static void Tun(ReadOnlySpan<byte> input)
    {
        if (TunPacket.TryDecode(input, out TunPacket packet) != DecodeStatus.Ok) return;
        Require(packet.Packet[0] >> 4 == (packet.AddressFamily == TunAddressFamily.Ipv6 ? 6 : 4), "the version is another");
    }

    private static void Icmp(ReadOnlySpan<byte> input)
    {
        if (Icmpv4Packet.TryDecode(input, out Icmpv4Packet packet) == DecodeStatus.Ok) _ = packet.NextHopMtu + packet.Body.Length;
        if (Icmpv6Packet.TryDecode(input, default, default, out Icmpv6Packet packet6) == DecodeStatus.Ok) _ = packet6.Parameter + packet6.Body.Length;
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition) throw new CodecFailureException(otherwise);
    }
}
