using Adit.Core.Links;
using Adit.Links.Gre;
using Adit.Links.Ip;
using Adit.TestKit.Time;
using Adit.Wire;
using Adit.Wire.Ip;

namespace Adit.Links.Tests.Encapsulation;

/// <summary>Packets that do not fit: told, fragmented, or sent to be fragmented.</summary>
public sealed class PathMtuTests
{
    [Fact]
    public void Ipv4WithDontFragment_IsAnswered()
    {
        Tunnel tunnel = Tunnel.Gre();
        tunnel.Delivery.Mtu = 1400;
        byte[] packet = Udp4(1377, dontFragment: true);
        tunnel.Send(packet);
        Assert.Empty(tunnel.Delivery.Outbox);
        string answer = Assert.Single(tunnel.Answers());
        Ipv4Packet.TryDecode(Convert.FromHexString(answer), out Ipv4Packet view);
        Assert.Equal((Ipv4Address.Parse("10.0.0.2"), Ipv4Address.Parse("10.0.0.1"), 576), (view.Source, view.Destination, view.TotalLength));
        Assert.Equal(DecodeStatus.Ok, Icmpv4Packet.TryDecode(view.Payload, out Icmpv4Packet error));
        Assert.True(error.IsFragmentationNeeded);
        Assert.Equal(1376, error.NextHopMtu);
        Assert.True(packet.AsSpan().StartsWith(error.Body));
        tunnel.Send(Udp4(1376, dontFragment: true));
        Assert.Single(tunnel.Delivery.Outbox);
        Assert.Equal(1, tunnel.Link.Counters.DroppedFor(DropReason.TooBig));
    }

    [Fact]
    public void Ipv6_IsAnswered_WhileTheMtuIsLegal_ElseTheDeliveryIsFragmented()
    {
        Tunnel tunnel = Tunnel.Ip(6);
        tunnel.Delivery.Mtu = 1400;
        tunnel.Send(Udp6(1381));
        Ipv6Packet.TryDecode(Convert.FromHexString(Assert.Single(tunnel.Answers())), out Ipv6Packet view);
        Assert.Equal(DecodeStatus.Ok, Icmpv6Packet.TryDecode(view.Payload, view.Source, view.Destination, out Icmpv6Packet error));
        Assert.Equal((Icmpv6Type.PacketTooBig, 1380u), (error.Type, error.Parameter));
        Assert.Equal(Ipv6Address.Parse("2001:db8:a::1"), view.Destination);
        tunnel.Delivery.Mtu = 1200;
        tunnel.Send(Udp6(1280));
        Assert.Equal(PacketFlags.MayFragment, Assert.Single(tunnel.Delivery.Outbox).Packet.Flags);
        tunnel.Send(Udp6(1281));
        Ipv6Packet.TryDecode(Convert.FromHexString(Assert.Single(tunnel.Answers())), out view);
        Icmpv6Packet.TryDecode(view.Payload, view.Source, view.Destination, out error);
        Assert.Equal(1280u, error.Parameter);
    }

    [Fact]
    public void Ipv6_WithAConfiguredMtuBelowTheMinimum_IsNotAnswered()
    {
        Tunnel tunnel = Tunnel.Ip(6, options: new IpInIpOptions { InnerVersion = 6, Mtu = 1000 });
        tunnel.Send(Udp6(1100));
        Assert.Empty(tunnel.Answers());
        Assert.Equal(1, tunnel.Link.Counters.DroppedFor(DropReason.TooBig));
    }

    [Fact]
    public void Ipv4WithoutDontFragment_IsFragmentedBeforeItIsWrapped()
    {
        Tunnel tunnel = Tunnel.Gre(new GreOptions { Key = 7 });
        tunnel.Delivery.Mtu = 600;
        byte[] packet = Udp4(1500, dontFragment: false);
        tunnel.Send(packet);
        Assert.Equal(3, tunnel.Delivery.Outbox.Count);
        byte[] payload = new byte[1480];
        foreach ((byte[] octets, Packet sent) in tunnel.Delivery.Outbox)
        {
            Assert.Equal("2000080000000007", Tunnel.Hex(octets.AsSpan(0, 8)));
            Assert.InRange(octets.Length, 1, 580);
            Assert.Equal(PacketFlags.DontFragment, sent.Flags);
            Assert.Equal(DecodeStatus.Ok, Ipv4Packet.TryDecode(octets.AsSpan(8), out Ipv4Packet fragment));
            Assert.True(fragment.HasValidChecksum);
            fragment.Payload.CopyTo(payload.AsSpan(fragment.FragmentOffset));
        }

        Assert.Equal(packet[20..], payload);
        Assert.Empty(tunnel.Answers());
        Assert.Equal(0, tunnel.Link.Counters.Dropped);
    }

    [Fact]
    public void WithoutDiscovery_TheDeliveryIsFragmented_UnlessTheInnerPacketForbids()
    {
        Tunnel tunnel = Tunnel.Gre(new GreOptions { PathMtuDiscovery = false });
        tunnel.Delivery.Mtu = 600;
        tunnel.Send(Udp4(1400, dontFragment: false));
        (byte[] octets, Packet sent) = Assert.Single(tunnel.Delivery.Outbox);
        Assert.Equal((1404, PacketFlags.MayFragment), (octets.Length, sent.Flags));
        tunnel.Send(Udp4(1400, dontFragment: true));
        Assert.Single(tunnel.Delivery.Outbox);
        Assert.Single(tunnel.Answers());
        tunnel.Send(Udp6(1400)); // RFC 4213 §3.2.1
        Assert.Equal(2, tunnel.Delivery.Outbox.Count);
        Assert.Equal(PacketFlags.MayFragment, tunnel.Delivery.Outbox[1].Packet.Flags);
        Assert.Empty(tunnel.Answers());
    }

    [Fact]
    public void Frame_IsAnsweredWithSwappedAddresses()
    {
        Tunnel tunnel = Tunnel.Vxlan();
        byte[] frame = [.. Convert.FromHexString("02000000000b02000000000a81000064" + "0800"), .. Udp4(1480, dontFragment: true)];
        tunnel.Send(frame);
        byte[] answer = Convert.FromHexString(Assert.Single(tunnel.Answers()));
        Assert.Equal("02000000000a02000000000b810000640800", Tunnel.Hex(answer.AsSpan(0, 18)));
        Ipv4Packet.TryDecode(answer.AsSpan(18), out Ipv4Packet view);
        Icmpv4Packet.TryDecode(view.Payload, out Icmpv4Packet error);
        Assert.Equal(1500 - 28 - 8 - 18, error.NextHopMtu);
        tunnel.Send([.. Convert.FromHexString("02000000000b02000000000a88cc"), .. new byte[1500]]); // LLDP: nobody to tell
        Assert.Empty(tunnel.Answers());
        Assert.Equal(2, tunnel.Link.Counters.DroppedFor(DropReason.TooBig));
        tunnel.Send([.. Convert.FromHexString("02000000000b02000000000a0800"), .. Udp4(1480, dontFragment: false)]);
        Assert.Equal(2, tunnel.Delivery.Outbox.Count);
        Assert.All(tunnel.Delivery.Outbox, p => Assert.Equal("080000001234560002000000000b02000000000a0800", Tunnel.Hex(p.Octets.AsSpan(0, 22))));
    }

    [Fact]
    public void SuperPacketWithoutDontFragment_IsCutAndFragmented()
    {
        byte[] packet = new byte[40 + 4000];
        new Ipv4Header { TotalLength = (ushort)packet.Length, TimeToLive = 64, Protocol = IpProtocol.Tcp, Source = new(0x0a000001), Destination = new(0x0a000002) }.Encode(packet);
        packet[32] = 0x50;
        var batch = new PacketBatch(buffers: 2, packets: 4);
        batch.Add(packet);
        ref Packet big = ref batch[0];
        (big.Segmentation, big.SegmentSize, big.NetworkStart, big.TransportStart, big.ChecksumOffset, big.Flags) = (SegmentationKind.Tcp4, 1400, big.Offset, big.Offset + 20, 16, PacketFlags.ChecksumPartial);
        Tunnel tunnel = Tunnel.Gre();
        tunnel.Delivery.Mtu = 1000;
        tunnel.Link.Send(batch);
        Assert.Equal(6, tunnel.Delivery.Outbox.Count); // three segments, two fragments each but the last: 1400, 1400, 1200
        Assert.All(tunnel.Delivery.Outbox, p => Assert.True(p.Octets.Length <= 980 && InternetChecksum.IsValid(p.Octets.AsSpan(4, 20))));
        Assert.Equal(0, tunnel.Link.Counters.Dropped);
    }

    [Fact]
    public void Answers_AreLimited()
    {
        var time = new VirtualTime();
        Tunnel tunnel = Tunnel.Gre(new GreOptions { AnswersPerSecond = 10 }, time);
        byte[] packet = Udp4(1500, dontFragment: true);
        for (int i = 0; i < 100; i++) tunnel.Send(packet);
        Assert.Equal(10, tunnel.Answers().Count);
        time.Advance(TimeSpan.FromMilliseconds(500));
        for (int i = 0; i < 100; i++) tunnel.Send(packet);
        Assert.Equal(5, tunnel.Answers().Count);
        Assert.Equal(200, tunnel.Link.Counters.DroppedFor(DropReason.TooBig));
    }

    [Fact]
    public void NothingIsAnswered_WhereNobodyMayBe()
    {
        Tunnel tunnel = Tunnel.Gre();
        byte[] toGroup = Udp4(1500, dontFragment: true);
        Ipv4Address.Parse("224.0.0.5").Write(toGroup.AsSpan(16));
        tunnel.Send(toGroup);
        byte[] group6 = Udp6(1500);
        Ipv6Address.Parse("ff02::1").Write(group6.AsSpan(24));
        tunnel.Send(group6);
        Assert.Empty(tunnel.Answers());
        Assert.Equal(2, tunnel.Link.Counters.DroppedFor(DropReason.TooBig));
    }

    [Fact]
    public void EncapsulationLimit_OfZero_IsAParameterProblem()
    {
        const string Limited = "6000000000133c4020010db8000a0000000000000000000120010db8000b00000000000000000002110004010001010000050006000bb1c978797a"; // scapy
        const string Problem = "6000000000433a4020010db8000b0000000000000000000220010db8000a000000000000000000010400ed920000002c";
        Tunnel tunnel = Tunnel.Ip(6, isOuter6: true);
        tunnel.Send(Limited);
        Assert.Equal(Problem + Limited, Assert.Single(tunnel.Answers()));
        Assert.Equal(1, tunnel.Link.Counters.DroppedFor(DropReason.Loop));
        string three = Limited.Replace("1100040100", "1100040103", StringComparison.Ordinal);
        (string octets, Packet sent) = tunnel.SendOne(three);
        Assert.Equal((three, 3), (octets, sent.NestingLimit)); // a limit of 2 in the delivery header
        Assert.Equal(0, tunnel.SendOne(Tunnel.Udp6).Packet.NestingLimit);
    }

    [Fact]
    public void EncapsulationLimit_InTheDelivery_TakesItsRoom()
    {
        Tunnel tunnel = Tunnel.Ip(6, isOuter6: true);
        byte[] packet = new byte[1460];
        new Ipv6Header { PayloadLength = 1420, NextHeader = IpProtocol.DestinationOptions, HopLimit = 9, Source = Ipv6Address.Parse("2001:db8:a::1"), Destination = Ipv6Address.Parse("2001:db8:b::2") }.Encode(packet);
        new TunnelEncapsulationLimit(IpProtocol.Udp, 3).Encode(packet.AsSpan(40));
        tunnel.Send(packet);
        Assert.Empty(tunnel.Delivery.Outbox);
        Ipv6Packet.TryDecode(Convert.FromHexString(Assert.Single(tunnel.Answers())), out Ipv6Packet view);
        Icmpv6Packet.TryDecode(view.Payload, view.Source, view.Destination, out Icmpv6Packet error);
        Assert.Equal(1452u, error.Parameter);
    }

    internal static byte[] Udp4(int length, bool dontFragment)
    {
        byte[] packet = new byte[length];
        new Random(length).NextBytes(packet);
        new Ipv4Header { TotalLength = (ushort)length, Identification = 9, DontFragment = dontFragment, TimeToLive = 64, Protocol = IpProtocol.Udp, Source = new(0x0a000001), Destination = new(0x0a000002) }.Encode(packet);
        return packet;
    }

    internal static byte[] Udp6(int length)
    {
        byte[] packet = new byte[length];
        new Ipv6Header { PayloadLength = (ushort)(length - 40), NextHeader = IpProtocol.Udp, HopLimit = 9, Source = Ipv6Address.Parse("2001:db8:a::1"), Destination = Ipv6Address.Parse("2001:db8:b::2") }.Encode(packet);
        return packet;
    }
}
