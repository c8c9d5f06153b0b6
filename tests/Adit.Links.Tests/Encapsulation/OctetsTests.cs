using Adit.Core.Links;
using Adit.Links.Geneve;
using Adit.Links.Gre;
using Adit.Links.Ip;
using Adit.Links.Vxlan;

namespace Adit.Links.Tests.Encapsulation;

/// <summary>Every tunnel's octets, both ways, and its delivery header.</summary>
public sealed class OctetsTests
{
    public static TheoryData<string, string, string> Exact => new()
    {
        { "gre", Tunnel.Tcp4, "00000800" },
        { "gre", Tunnel.Udp6, "000086dd" },
        { "gre-key", Tunnel.Tcp4, "20000800deadbeef" },
        { "gre-all", Tunnel.Tcp4, "b00008005c2900000000000700000000" }, // scapy
        { "gretap", Tunnel.Frame, "00006558" },
        { "gretap", Tunnel.Arp, "00006558" },
        { "ipip", Tunnel.Tcp4, "" },
        { "6in4", Tunnel.Udp6, "" },
        { "4in6", Tunnel.Tcp4, "" },
        { "ip6ip6", Tunnel.Udp6, "" },
        { "etherip", Tunnel.Frame, "3000" },
        { "vxlan", Tunnel.Frame, "0800000012345600" },
        { "vxlan", Tunnel.Arp, "0800000012345600" },
        { "geneve", Tunnel.Frame, "0000655812345600" },
        { "geneve-ip", Tunnel.Udp6, "000086dd12345600" },
        { "udp", Tunnel.Tcp4, "" },
        { "udp", Tunnel.Udp6, "" },
        { "udp-ethernet", Tunnel.Arp, "" },
    };

    [Theory]
    [MemberData(nameof(Exact))]
    public void Packet_IsWrapped_AndUnwrapped(string kind, string packet, string header)
    {
        Tunnel near = Make(kind), far = Make(kind);
        (string octets, Packet sent) = near.SendOne(packet);
        Assert.Equal(header + packet, octets);
        Assert.Equal((ushort)0, sent.Remote);
        Assert.Equal(packet, far.Receive(octets, sent.TrafficClass));
        Assert.Equal((1L, 1L, 0L), (near.Link.Counters.SentPackets, far.Link.Counters.ReceivedPackets, far.Link.Counters.Dropped));
    }

    [Theory]
    [InlineData("gre", 1476)]
    [InlineData("gre-key", 1472)]
    [InlineData("gre-all", 1464)]
    [InlineData("gretap", 1462)]
    [InlineData("ipip", 1480)]
    [InlineData("4in6", 1460)]
    [InlineData("etherip", 1464)]
    [InlineData("vxlan", 1450)]
    [InlineData("geneve", 1450)]
    [InlineData("geneve-ip", 1464)]
    [InlineData("udp", 1472)]
    public void Mtu_IsWhatIsLeftOfThePath(string kind, int expected) => Assert.Equal(expected, Make(kind).Link.Mtu);

    [Fact]
    public void DeliveryHeader_InheritsTtlAndTos_AndNeverTouchesTheInnerTtl()
    {
        (string octets, Packet sent) = Tunnel.Gre().SendOne(Tunnel.Tcp4);
        Assert.Equal((0x2a, 0x3f), (sent.TrafficClass, sent.HopLimit));
        Assert.Equal(PacketFlags.DontFragment, sent.Flags);
        Assert.EndsWith(Tunnel.Tcp4, octets, StringComparison.Ordinal);
        (_, sent) = Tunnel.Ip(6).SendOne(Tunnel.Udp6);
        Assert.Equal((0x22, 0x3d), (sent.TrafficClass, sent.HopLimit));
    }

    [Fact]
    public void DeliveryHeader_TakesWhatIsConfigured_AndTheInnerEcn()
    {
        (_, Packet sent) = Tunnel.Gre(new GreOptions { HopLimit = 9, TrafficClass = 0x80, PathMtuDiscovery = false }).SendOne(Tunnel.Tcp4);
        Assert.Equal((0x82, 9), (sent.TrafficClass, sent.HopLimit));
        Assert.Equal(PacketFlags.DontFragment, sent.Flags); // the inner packet has DF
        (_, sent) = Tunnel.Gre(new GreOptions { PathMtuDiscovery = false }).SendOne(Tunnel.Tcp4.Replace("000740003f062789", "000700003f066789", StringComparison.Ordinal));
        Assert.Equal(PacketFlags.None, sent.Flags);
        (_, sent) = Tunnel.Vxlan().SendOne(Tunnel.Frame);
        Assert.Equal(0, sent.HopLimit); // the system's
    }

    [Theory]
    [InlineData(0x28, 0x00, 0x28)] // Not-ECT stays, whatever the outer header but CE says
    [InlineData(0x28, 0x02, 0x28)]
    [InlineData(0x28, 0x03, -1)] // the one combination that is dropped
    [InlineData(0x2a, 0x00, 0x2a)]
    [InlineData(0x2a, 0x01, 0x29)]
    [InlineData(0x2a, 0x03, 0x2b)]
    [InlineData(0x29, 0x02, 0x29)]
    [InlineData(0x29, 0x03, 0x2b)]
    [InlineData(0x2b, 0x00, 0x2b)]
    public void Ecn_GoesByTheTable(int inner, int outer, int expected)
    {
        byte[] packet = Convert.FromHexString(Tunnel.Tcp4);
        Wire.Ip.Ipv4Packet.SetTrafficClass(packet, (byte)inner);
        Tunnel tunnel = Tunnel.Gre();
        string? received = tunnel.Receive("00000800" + Tunnel.Hex(packet), (byte)outer);
        Assert.Equal(expected < 0, received is null);
        Assert.Equal(expected < 0 ? 1 : 0, tunnel.Link.Counters.DroppedFor(DropReason.Congestion));
        if (received is null) return;
        byte[] octets = Convert.FromHexString(received);
        Assert.Equal(expected, octets[1]);
        Assert.True(Wire.Ip.InternetChecksum.IsValid(octets.AsSpan(0, 20)));
    }

    [Fact]
    public void Ecn_OfIpv6_AndOfFrames_GoesByTheTable()
    {
        string received = Tunnel.Ip(6).Receive(Tunnel.Udp6, 3)!;
        Assert.Equal("623", received[..3]);
        Tunnel.Vxlan().AssertDropped(DropReason.Congestion, "0800000012345600" + Tunnel.Frame, 3);
    }

    [Fact]
    public void Padding_IsCutOff() => Assert.Equal(Tunnel.Udp6, Tunnel.Ip(6).Receive(Tunnel.Udp6 + "0000000000"));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void SegmentSize_IsClamped_BothWays(bool isIpv6)
    {
        const string Syn4 = "4500002c000740003f0627c30a0000010a0000020fa0005000000064000000006002200053d00000020405b4";
        const string Syn6 = "600000000018064020010db8000a0000000000000000000120010db8000b000000000000000000020fa000500000006400000000601220000c4d0000020405a0";
        string syn = isIpv6 ? Syn6 : Syn4;
        string expected = isIpv6 ? "02040588" : "0204059c"; // 1476 less 60, 1476 less 40
        Tunnel tunnel = Tunnel.Gre(new GreOptions { ClampsSegmentSize = true });
        string header = isIpv6 ? "000086dd" : "00000800";
        Assert.EndsWith(expected, tunnel.SendOne(syn).Octets, StringComparison.Ordinal);
        Assert.EndsWith(expected, tunnel.Receive(header + syn)!, StringComparison.Ordinal);
        Assert.Equal(header + syn, Tunnel.Gre().SendOne(syn).Octets);
    }

    [Theory]
    [InlineData("gre", true)]
    [InlineData("gre-key", true)]
    [InlineData("gre-all", false)]
    [InlineData("vxlan", true)]
    [InlineData("ipip", true)]
    public void SuperPackets_PassWhole_WhereAllSegmentsHaveOneHeader(string kind, bool expected) => Assert.Equal(expected, Make(kind).Link.Properties.TakesSegmentation);

    [Fact]
    public void SuperPacket_IsOnePacketWithOneHeader()
    {
        byte[] packet = new byte[40 + 20_000];
        new Wire.Ip.Ipv4Header { TotalLength = (ushort)packet.Length, DontFragment = true, TimeToLive = 64, Protocol = Wire.Ip.IpProtocol.Tcp, Source = new(0x0a000001), Destination = new(0x0a000002) }.Encode(packet);
        packet[32] = 0x50;
        var batch = new PacketBatch(buffers: 2, packets: 4);
        batch.Add(packet);
        ref Packet big = ref batch[0];
        (big.Segmentation, big.SegmentSize, big.NetworkStart, big.TransportStart, big.ChecksumOffset, big.Flags) = (SegmentationKind.Tcp4, 1400, big.Offset, big.Offset + 20, 16, PacketFlags.ChecksumPartial);
        int transport = big.TransportStart;
        Tunnel tunnel = Tunnel.Vxlan(new VxlanOptions { NetworkIdentifier = 1 });
        Assert.True(tunnel.Link.Properties.TakesSegmentation);
        Tunnel gre = Tunnel.Gre();
        gre.Link.Send(batch);
        (byte[] octets, Packet sent) = Assert.Single(gre.Delivery.Outbox);
        Assert.Equal(packet.Length + 4, octets.Length);
        Assert.Equal((SegmentationKind.Tcp4, 1400, transport), (sent.Segmentation, sent.SegmentSize, sent.TransportStart));
        Assert.Equal(PacketFlags.ChecksumPartial | PacketFlags.DontFragment, sent.Flags);
        Assert.Equal(15, gre.Link.Counters.SentSegments);
        big = ref batch[0];
        big.RemoveFront(4);
        big.SegmentSize = 1440; // 1440 + 40 > 1476
        gre.Link.Send(batch);
        Assert.Equal(1, gre.Link.Counters.DroppedFor(DropReason.TooBig));
        Assert.Single(gre.Answers());
    }

    internal static Tunnel Make(string kind) => kind switch
    {
        "gre" => Tunnel.Gre(),
        "gre-key" => Tunnel.Gre(new GreOptions { Key = 0xdeadbeef }),
        "gre-all" => Tunnel.Gre(new GreOptions { Key = 7, Checksum = true, SendsSequenceNumbers = true, EnforcesSequence = true }),
        "gretap" => Tunnel.Gre(new GreOptions { Medium = Medium.Ethernet }),
        "ipip" => Tunnel.Ip(4),
        "6in4" => Tunnel.Ip(6),
        "4in6" => Tunnel.Ip(4, true),
        "ip6ip6" => Tunnel.Ip(6, true),
        "etherip" => Tunnel.EtherIp(),
        "vxlan" => Tunnel.Vxlan(),
        "geneve" => Tunnel.Geneve(),
        "geneve-ip" => Tunnel.Geneve(new GeneveOptions { NetworkIdentifier = 0x123456, Medium = Medium.Ip }),
        "udp" => Tunnel.Udp(),
        "udp-ethernet" => Tunnel.Udp(new PlainUdpOptions { Medium = Medium.Ethernet }),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
