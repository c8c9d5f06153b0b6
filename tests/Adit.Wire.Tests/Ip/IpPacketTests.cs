using Adit.TestKit.Codecs;
using Adit.Wire.Ethernet;
using Adit.Wire.Ip;

namespace Adit.Wire.Tests.Ip;

/// <summary>Views, errors, fragments and segment sizes, beside what scapy makes of them.</summary>
public sealed class IpPacketTests
{
    private const string Udp4 = "4500003c00054000401126aa0a0000010a00000203e807d00028383c7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a";
    private const string Udp6 = "600000000028114020010db800000000000000000000000120010db800000000000000000000000203e807d00028f0c97a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a";

    private static readonly Ipv4Address Router4 = Ipv4Address.Parse("10.0.0.254");
    private static readonly Ipv6Address Router6 = Ipv6Address.Parse("2001:db8::fe");

    [Theory]
    [InlineData(Ecn.NotEct, Ecn.NotEct, Ecn.NotEct)]
    [InlineData(Ecn.NotEct, Ecn.Ect0, Ecn.NotEct)]
    [InlineData(Ecn.NotEct, Ecn.Ect1, Ecn.NotEct)]
    [InlineData(Ecn.NotEct, Ecn.Ce, null)]
    [InlineData(Ecn.Ect0, Ecn.NotEct, Ecn.Ect0)]
    [InlineData(Ecn.Ect0, Ecn.Ect0, Ecn.Ect0)]
    [InlineData(Ecn.Ect0, Ecn.Ect1, Ecn.Ect1)]
    [InlineData(Ecn.Ect0, Ecn.Ce, Ecn.Ce)]
    [InlineData(Ecn.Ect1, Ecn.NotEct, Ecn.Ect1)]
    [InlineData(Ecn.Ect1, Ecn.Ect0, Ecn.Ect1)]
    [InlineData(Ecn.Ect1, Ecn.Ect1, Ecn.Ect1)]
    [InlineData(Ecn.Ect1, Ecn.Ce, Ecn.Ce)]
    [InlineData(Ecn.Ce, Ecn.NotEct, Ecn.Ce)]
    [InlineData(Ecn.Ce, Ecn.Ect0, Ecn.Ce)]
    [InlineData(Ecn.Ce, Ecn.Ect1, Ecn.Ce)]
    [InlineData(Ecn.Ce, Ecn.Ce, Ecn.Ce)]
    public void Ecn_IsDecapsulatedByTheTable(Ecn inner, Ecn outer, Ecn? expected)
    {
        Assert.Equal(expected is not null, EcnField.TryDecapsulate(inner, outer, out Ecn result)); // RFC 6040 §4.2, figure 4
        if (expected is { } left) Assert.Equal(left, result);
        Assert.Equal(inner, EcnField.Encapsulate(inner));
    }

    [Fact]
    public void TrafficClass_IsRewritten_WithItsChecksum()
    {
        byte[] packet = Octets.Of(Udp4);
        Ipv4Packet.SetTrafficClass(packet, 0xb9);
        Assert.Equal(0xb9, packet[1]);
        Assert.True(InternetChecksum.IsValid(packet.AsSpan(0, 20)));
        byte[] packet6 = Octets.Of("6f912345");
        Ipv6Packet.SetTrafficClass(packet6, 0x07);
        Assert.Equal(Octets.Of("60712345"), packet6);
    }

    [Fact]
    public void LinkPadding_IsLeftOut_AndACutPacketIsTruncated()
    {
        byte[] packet = Octets.Of(Udp4);
        Assert.Equal(DecodeStatus.Ok, Ipv4Packet.TryDecode([.. packet, 0, 0], out Ipv4Packet view));
        Assert.Equal(packet, view.Octets.ToArray());
        Assert.Equal(DecodeStatus.Truncated, Ipv4Packet.TryDecode(packet.AsSpan(0, packet.Length - 1), out _));
        Assert.Equal(DecodeStatus.Ok, Ipv4Packet.TryDecodeQuoted(packet.AsSpan(0, 28), out view));
        Assert.Equal(8, view.Payload.Length);
        byte[] packet6 = Octets.Of(Udp6);
        Assert.Equal(DecodeStatus.Ok, Ipv6Packet.TryDecode([.. packet6, 0], out Ipv6Packet view6));
        Assert.Equal(packet6, view6.Octets.ToArray());
        Assert.Equal(DecodeStatus.Truncated, Ipv6Packet.TryDecode(packet6.AsSpan(0, packet6.Length - 1), out _));
    }

    [Fact]
    public void ExtensionHeaders_AreWalked()
    {
        byte[] packet = IpCodecCases.Extended;
        Assert.Equal(DecodeStatus.Ok, Ipv6Packet.TryDecode(packet, out Ipv6Packet view));
        Assert.Equal(DecodeStatus.Ok, view.TryFindUpperLayer(out Ipv6UpperLayer upper));
        Assert.Equal(new Ipv6UpperLayer(IpProtocol.Udp, 64, 56, 0, true, 52), upper);
        Assert.Equal(5, packet[upper.EncapsulationLimitOffset]);
        packet[58] = 0;
        packet[59] = 0x08; // a later fragment: what follows is payload
        Ipv6Packet.TryDecode(packet, out view);
        Assert.Equal(DecodeStatus.Ok, view.TryFindUpperLayer(out upper));
        Assert.Equal(8, upper.FragmentOffset);
        Ipv6Packet.TryDecodeQuoted(packet.AsSpan(0, 60), out view);
        Assert.Equal(DecodeStatus.Truncated, view.TryFindUpperLayer(out _));
    }

    [Fact]
    public void ExtensionHeaders_WithoutEnd_AreBounded()
    {
        byte[] packet = new byte[40 + (8 * 100)];
        new Ipv6Header { PayloadLength = 800, NextHeader = IpProtocol.DestinationOptions }.Encode(packet);
        for (int at = 40; at < packet.Length; at += 8) packet[at] = (byte)IpProtocol.DestinationOptions;
        Ipv6Packet.TryDecode(packet, out Ipv6Packet view);
        Assert.Equal(DecodeStatus.BadLength, view.TryFindUpperLayer(out _));
    }

    [Fact]
    public void Errors_AreThoseOfScapy()
    {
        byte[] room = new byte[Icmpv6Error.MaximumLength];
        Ipv4Packet.TryDecode(Octets.Of(Udp4), out Ipv4Packet four);
        AssertOctets("45c0005800000000400164e70a0000fe0a00000103040bc000000578" + Udp4, room, Icmpv4Error.WriteFragmentationNeeded(room, four, Router4, 1400));
        AssertOctets("45c0005800000000400164e70a0000fe0a0000010b00093c00000000" + Udp4, room, Icmpv4Error.WriteTimeExceeded(room, four, Router4));
        AssertOctets("45c0005800000000400164e70a0000fe0a0000010c00ff3b09000000" + Udp4, room, Icmpv4Error.WriteParameterProblem(room, four, Router4, 9));
        Ipv6Packet.TryDecode(Octets.Of(Udp6), out Ipv6Packet six);
        const string To = "6000000000583a4020010db80000000000000000000000fe20010db8000000000000000000000001";
        AssertOctets(To + "02002a5500000578" + Udp6, room, Icmpv6Error.WritePacketTooBig(room, six, Router6, 1400));
        AssertOctets(To + "03002ecd00000000" + Udp6, room, Icmpv6Error.WriteTimeExceeded(room, six, Router6));
        AssertOctets(To + "04002da10000002c" + Udp6, room, Icmpv6Error.WriteParameterProblem(room, six, Router6, 0, 44));
    }

    [Fact]
    public void Errors_QuoteNoMoreThanTheirSpecificationsAllow()
    {
        byte[] room = new byte[Icmpv6Error.MaximumLength];
        byte[] four = new byte[1500];
        new Ipv4Header { TotalLength = 1500, Protocol = IpProtocol.Udp, TimeToLive = 1, Source = Router4, Destination = Router4 }.Encode(four);
        Ipv4Packet.TryDecode(four, out Ipv4Packet view4);
        Assert.Equal(576, Icmpv4Error.WriteFragmentationNeeded(room, view4, Router4, 1400));
        byte[] six = new byte[1500];
        new Ipv6Header { PayloadLength = 1460, NextHeader = IpProtocol.Udp, Source = Router6, Destination = Router6 }.Encode(six);
        Ipv6Packet.TryDecode(six, out Ipv6Packet view6);
        Assert.Equal(1280, Icmpv6Error.WritePacketTooBig(room, view6, Router6, 1000));
        Assert.Equal(1280, room[46] << 8 | room[47]); // never below the minimum MTU
    }

    [Theory]
    [InlineData("450000140005000140110000 0a000001 0a000002")] // a later fragment
    [InlineData("450000140005000040110000 0a000001 e0000001")] // to multicast
    [InlineData("450000140005000040110000 0a000001 ffffffff")] // to broadcast
    [InlineData("450000140005000040110000 00000000 0a000002")] // from nobody
    [InlineData("450000140005000040110000 e0000001 0a000002")] // from multicast
    [InlineData("4500001c0005000040010000 0a000001 0a000002 0300 0000 00000000")] // an ICMP error
    [InlineData("450000140005000040010000 0a000001 0a000002")] // ICMP of an unknown type
    public void Errors_AreNeverAboutThese(string notation)
    {
        byte[] packet = Octets.Of(notation.Replace(" ", "", StringComparison.Ordinal));
        packet[3] = (byte)packet.Length;
        Assert.Equal(DecodeStatus.Ok, Ipv4Packet.TryDecode(packet, out Ipv4Packet view));
        Assert.Equal(0, Icmpv4Error.WriteFragmentationNeeded(new byte[576], view, Router4, 1400));
    }

    [Theory]
    [InlineData("ff020000000000000000000000000001", "20010db8000000000000000000000002", "11", false, false)] // from multicast
    [InlineData("00000000000000000000000000000000", "20010db8000000000000000000000002", "11", false, false)] // from nobody
    [InlineData("20010db8000000000000000000000001", "ff020000000000000000000000000001", "11", true, false)] // to multicast: too big only
    [InlineData("20010db8000000000000000000000001", "20010db8000000000000000000000002", "3a", false, false)] // an ICMPv6 error
    [InlineData("20010db8000000000000000000000001", "20010db8000000000000000000000002", "11", true, true)]
    public void Ipv6Errors_AreSentWhereTheyMay(string from, string to, string next, bool tooBig, bool timeExceeded)
    {
        byte[] packet = Octets.Of($"600000000008 {next} 40 {from} {to} 0100000000000000");
        Ipv6Packet.TryDecode(packet, out Ipv6Packet view);
        Assert.Equal(tooBig, Icmpv6Error.WritePacketTooBig(new byte[1280], view, Router6, 1400) > 0);
        Assert.Equal(timeExceeded, Icmpv6Error.WriteTimeExceeded(new byte[1280], view, Router6) > 0);
    }

    [Fact]
    public void Fragments_AreThoseOfScapy()
    {
        const string Head = "00010002006c4f43";
        string body = Convert.ToHexString([.. Enumerable.Range(0, 100).Select(i => (byte)i)]);
        byte[] packet = Octets.Of("45000080004d00004011 0000 0a0000010a000002" + Head + body);
        string[] expected =
        [
            "45000044004d20004011465a0a0000010a000002" + Head + body[..80],
            "45000044004d2006401146540a0000010a000002" + body[80..176],
            "45000020004d000c401166720a0000010a000002" + body[176..],
        ];
        Assert.Equal(DecodeStatus.Ok, Ipv4Fragmenter.TryCreate(packet, 68, out Ipv4Fragmenter fragmenter));
        byte[] fragment = new byte[68];
        foreach (string octets in expected)
        {
            Assert.True(fragmenter.TryNext(fragment, out int written));
            Assert.Equal(octets, Convert.ToHexString(fragment.AsSpan(0, written)), ignoreCase: true);
        }

        Assert.False(fragmenter.TryNext(fragment, out _));
    }

    [Fact]
    public void Fragments_AfterTheFirst_HaveCopiedOptionsAlone()
    {
        byte[] packet = [.. Octets.Of("48000070004d000040110000 0a0000010a000002 94040000 0707040000000000"), .. new byte[80]];
        Assert.Equal(DecodeStatus.Ok, Ipv4Fragmenter.TryCreate(packet, 72, out Ipv4Fragmenter fragmenter));
        byte[] fragment = new byte[72];
        Assert.True(fragmenter.TryNext(fragment, out int written));
        Assert.Equal((72, 0x48), (written, fragment[0]));
        Assert.True(fragmenter.TryNext(fragment, out written));
        Assert.Equal((64, 0x46), (written, fragment[0]));
        Assert.Equal(Octets.Of("94040000"), fragment[20..24]);
        Assert.False(fragmenter.TryNext(fragment, out _));
    }

    [Fact]
    public void Fragmenter_RefusesWhatMayNotBeSplit()
    {
        byte[] packet = Octets.Of(Udp4);
        Assert.Equal(DecodeStatus.BadValue, Ipv4Fragmenter.TryCreate(packet, 40, out _)); // DF
        packet[6] = 0;
        Assert.Equal(DecodeStatus.BadLength, Ipv4Fragmenter.TryCreate(packet, 27, out _));
        Assert.Equal(DecodeStatus.Ok, Ipv4Fragmenter.TryCreate(packet, 28, out _));
        Assert.Equal(DecodeStatus.Truncated, Ipv4Fragmenter.TryCreate(packet.AsSpan(0, 59), 28, out _));
    }

    [Theory]
    [InlineData("9c4001bb0000000100000000a0c2faf0c2150000 020405b4 0402 080a0000000100000000 01 030307", 22)]
    [InlineData("9c4001bb00000001000000007002faf0e0a70000 01 020405b4 000000 71", 23)]
    [InlineData("9c4001bb00000001000000007010faf0e0a70000 01 020405b4 000000", -1)] // no SYN
    [InlineData("9c4001bb00000001000000007002faf0e0a70000 00 020405b4 000000", -1)] // behind the end
    [InlineData("9c4001bb00000001000000006002faf0e0a70000 01 030005", -1)] // length 0
    [InlineData("9c4001bb00000001000000006002faf0e0a70000 01 01 02 04", -1)] // leaves the header
    [InlineData("9c4001bb00000001000000005002faf0e0a70000 020405b4", -1)] // behind the header
    public void MaximumSegmentSize_IsFound(string notation, int expected) => Assert.Equal(expected, TcpMaximumSegmentSize.Find(Octets.Of(notation)));

    [Theory]
    [InlineData("4500003c0001000040068e7fc0000201c63364079c4001bb0000000100000000a0c2faf0c2150000020405b40402080a000000010000000001030307")]
    [InlineData("450000310001000040068e8ac0000201c63364079c4001bb00000001000000007002faf0e0a7000001020405b400000071")]
    public void MaximumSegmentSize_IsClamped_AndTheChecksumStaysRight(string notation)
    {
        byte[] packet = Octets.Of(notation);
        Assert.False(TcpMaximumSegmentSize.Clamp(packet.AsSpan(20), 1460));
        Assert.True(TcpMaximumSegmentSize.Clamp(packet.AsSpan(20), 1380));
        Ipv4Packet.TryDecode(packet, out Ipv4Packet view);
        uint pseudo = InternetChecksum.PseudoHeader(view.Source, view.Destination, IpProtocol.Tcp, view.Payload.Length);
        Assert.Equal(0xffffu, InternetChecksum.Add(pseudo, InternetChecksum.Sum(view.Payload)));
        int at = TcpMaximumSegmentSize.Find(view.Payload);
        Assert.Equal(1380, view.Payload[at] << 8 | view.Payload[at + 1]);
        byte[] partial = Octets.Of(notation);
        Assert.True(TcpMaximumSegmentSize.Clamp(partial.AsSpan(20), 1380, isChecksumPartial: true));
        Assert.Equal(Octets.Of(notation)[36..38], partial[36..38]);
    }

    [Fact]
    public void EthernetTags_AreSkipped()
    {
        byte[] frame = Octets.Of("020000000002020000000001 8100 6064 0800 4500"); // scapy
        Assert.Equal(DecodeStatus.Ok, EthernetPacket.TryDecode(frame, out EthernetPacket view));
        Assert.Equal((EtherType.Ipv4, 18, 100), (view.Type, view.HeaderLength, view.VlanIdentifier));
        Assert.Equal(DecodeStatus.Truncated, EthernetPacket.TryDecode(frame.AsSpan(0, 17), out _));
        byte[] stacked = [.. frame[..12], .. Enumerable.Repeat((byte[])[0x81, 0, 0, 1], 5).SelectMany(t => t), 8, 0];
        Assert.Equal(DecodeStatus.Unsupported, EthernetPacket.TryDecode(stacked, out _));
    }

    [Theory]
    [InlineData("02:00:00:00:00:01", true)]
    [InlineData("FF:ff:ff:ff:ff:ff", true)]
    [InlineData("02:00:00:00:00", false)]
    [InlineData("02-00-00-00-00-01", false)]
    [InlineData("02:00:00:00:00:0g", false)]
    [InlineData("+2:00:00:00:00:01", false)]
    public void MacAddress_IsRead(string text, bool expected)
    {
        Assert.Equal(expected, MacAddress.TryParse(text, out MacAddress address));
        if (expected) Assert.Equal(text.ToLowerInvariant(), address.ToString());
    }

    [Fact]
    public void Addresses_AreThoseOfTheFramework()
    {
        Assert.Equal("192.0.2.1", Ipv4Address.Parse("192.0.2.1").ToString());
        Assert.Equal("2001:db8::1", Ipv6Address.Parse("2001:db8::1").ToString());
        Assert.Equal(Ipv4Address.Parse("10.1.2.3"), Ipv4Address.From(Ipv4Address.Parse("10.1.2.3").ToIPAddress().MapToIPv6()));
        Assert.True(Ipv6Address.Parse("fe80::1").IsLinkLocal);
        Assert.True(Ipv6Address.Parse("::ffff:1.2.3.4").IsIpv4Mapped);
        Assert.True(Ipv6Address.Parse("::1.2.3.4").IsIpv4Compatible);
        Assert.Equal("1.2.3.4", Ipv6Address.Parse("::1.2.3.4").EmbeddedIpv4.ToString());
        Assert.True(Ipv4Address.Parse("240.0.0.1") is { IsUnicast: false, IsMulticast: false });
        Assert.Throws<ArgumentException>(() => Ipv4Address.Parse("::1"));
        Assert.Throws<ArgumentException>(() => Ipv6Address.Parse("1.2.3.4"));
    }

    private static void AssertOctets(string expected, byte[] room, int length) => Assert.Equal(expected, Convert.ToHexString(room.AsSpan(0, length)), ignoreCase: true);
}
