using System.Net;
using Adit.Core.Links;
using Adit.Links.Geneve;
using Adit.Links.Gre;
using Adit.Links.Ip;
using Adit.Links.Vxlan;
using Adit.Wire.Ethernet;
using Adit.Wire.Ip;

namespace Adit.Links.Tests.Encapsulation;

/// <summary>What is dropped, in silence, and counted by its reason.</summary>
public sealed class RefusalTests
{
    [Fact]
    public void Gre_DropsWhatDoesNotMatch()
    {
        Tunnel plain = Tunnel.Gre(), keyed = Tunnel.Gre(new GreOptions { Key = 7 }), summed = Tunnel.Gre(new GreOptions { Checksum = true });
        plain.AssertDropped(DropReason.WrongKey, "2000080000000007" + Tunnel.Tcp4);
        keyed.AssertDropped(DropReason.WrongKey, "00000800" + Tunnel.Tcp4);
        keyed.AssertDropped(DropReason.WrongKey, "2000080000000008" + Tunnel.Tcp4);
        keyed.AssertDropped(DropReason.Truncated, "2000080000");
        summed.AssertDropped(DropReason.BadChecksum, "00000800" + Tunnel.Tcp4); // missing
        const string Ping = "4500001f00010000400166db0a0000010a00000208002499000100016f6464";
        plain.AssertDropped(DropReason.BadChecksum, "8000080077ff0000" + Ping); // right, and unexpected
        Assert.Equal(Ping, summed.Receive("8000080077ff0000" + Ping));
        summed.AssertDropped(DropReason.BadChecksum, "8000080077fe0000" + Ping);
        Assert.Equal(Ping, summed.Receive("8000080000000000" + Ping)); // left to a card that the packet never passed
        Tunnel.Gre(new GreOptions { Checksum = true, AcceptsUnfilledChecksum = false }).AssertDropped(DropReason.BadChecksum, "8000080000000000" + Ping);
        plain.AssertDropped(DropReason.BadHeader, "00010800" + Tunnel.Tcp4); // version 1
        plain.AssertDropped(DropReason.BadHeader, "4000080000000000" + Tunnel.Tcp4); // routing
        plain.AssertDropped(DropReason.Unsupported, "00006558" + Tunnel.Frame);
        plain.AssertDropped(DropReason.BadHeader, "000086dd" + Tunnel.Tcp4);
        plain.AssertDropped(DropReason.Truncated, "00000800");
        plain.AssertDropped(DropReason.Truncated, "000008");
        plain.AssertDropped(DropReason.Truncated, "00000800" + Tunnel.Tcp4[..^2]);
        plain.AssertDropped(DropReason.Unsupported, "00000000"); // an answer that nobody asked for
        Tunnel.Gre(new GreOptions { Medium = Medium.Ethernet }).AssertDropped(DropReason.Unsupported, "00000800" + Tunnel.Tcp4);
    }

    [Fact]
    public void GreSequence_IsEnforced_OnlyWhereAskedFor()
    {
        Tunnel strict = Tunnel.Gre(new GreOptions { EnforcesSequence = true }), lax = Tunnel.Gre();
        foreach (string number in (string[])["fffffffe", "ffffffff", "00000000", "00000005"]) Assert.Equal(Tunnel.Tcp4, strict.Receive($"10000800{number}{Tunnel.Tcp4}"));
        foreach (string number in (string[])["00000005", "00000004", "ffffffff"]) strict.AssertDropped(DropReason.OutOfSequence, $"10000800{number}{Tunnel.Tcp4}");
        strict.AssertDropped(DropReason.OutOfSequence, "00000800" + Tunnel.Tcp4);
        Assert.Equal(Tunnel.Tcp4, lax.Receive("1000080000000005" + Tunnel.Tcp4));
        Assert.Equal(Tunnel.Tcp4, lax.Receive("1000080000000004" + Tunnel.Tcp4));
        Tunnel sender = Tunnel.Gre(new GreOptions { SendsSequenceNumbers = true });
        Assert.StartsWith("1000080000000000", sender.SendOne(Tunnel.Tcp4).Octets, StringComparison.Ordinal);
        Assert.StartsWith("1000080000000001", sender.SendOne(Tunnel.Tcp4).Octets, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ff02000000000000000000000000000a", true)]
    [InlineData("00000000000000000000000000000001", true)]
    [InlineData("0000000000000000000000000a000001", true)] // IPv4-compatible
    [InlineData("00000000000000000000ffff0a000001", true)] // IPv4-mapped
    [InlineData("00000000000000000000000000000000", false)] // duplicate address detection
    [InlineData("fe800000000000000000000000000001", false)]
    [InlineData("20010db8000a00000000000000000001", false)]
    public void SixInFour_FiltersSources(string source, bool isRefused)
    {
        string packet = Tunnel.Udp6[..16] + source + Tunnel.Udp6[48..];
        Tunnel tunnel = Tunnel.Ip(6);
        if (isRefused) tunnel.AssertDropped(DropReason.SpoofedSource, packet);
        else Assert.Equal(packet, tunnel.Receive(packet));
    }

    [Theory]
    [InlineData("7f000001")]
    [InlineData("e0000001")]
    [InlineData("ffffffff")]
    [InlineData("c0000201")] // our own outer address
    public void InnerIpv4Sources_AreFiltered(string source) => Tunnel.Ip(4).AssertDropped(DropReason.SpoofedSource, Ipv4From(source));

    [Fact]
    public void StrictReversePath_IsAKnob()
    {
        IPNetwork[] allowed = [IPNetwork.Parse("10.0.0.0/24"), IPNetwork.Parse("2001:db8:a::/48")];
        Tunnel four = Tunnel.Ip(4, options: new IpInIpOptions { InnerVersion = 4, AllowedSources = allowed });
        Assert.Equal(Tunnel.Tcp4, four.Receive(Tunnel.Tcp4));
        four.AssertDropped(DropReason.SpoofedSource, Ipv4From("0a000101"));
        Tunnel six = Tunnel.Ip(6, options: new IpInIpOptions { InnerVersion = 6, AllowedSources = allowed });
        Assert.Equal(Tunnel.Udp6, six.Receive(Tunnel.Udp6));
        six.AssertDropped(DropReason.SpoofedSource, Tunnel.Udp6.Replace("20010db8000a", "20010db8000c", StringComparison.Ordinal));
        string linkLocal = Tunnel.Udp6[..16] + "fe800000000000000000000000000001" + Tunnel.Udp6[48..];
        Assert.Equal(linkLocal, six.Receive(linkLocal));
    }

    [Fact]
    public void Strangers_AreRefused()
    {
        foreach (string kind in (string[])["gre", "ipip", "6in4", "etherip", "vxlan", "geneve", "udp"])
        {
            Tunnel tunnel = OctetsTests.Make(kind);
            string payload = tunnel.SendOne(kind is "6in4" ? Tunnel.Udp6 : tunnel.Link.Properties.Medium == Medium.Ip ? Tunnel.Tcp4 : Tunnel.Frame).Octets;
            tunnel.AssertDropped(DropReason.WrongSource, payload, remote: ushort.MaxValue);
        }
    }

    [Fact]
    public void InnerPackets_MustBeSound()
    {
        Tunnel tunnel = Tunnel.Ip(4);
        tunnel.AssertDropped(DropReason.Truncated, "");
        tunnel.AssertDropped(DropReason.Truncated, Tunnel.Tcp4[..^2]);
        tunnel.AssertDropped(DropReason.Truncated, "45");
        tunnel.AssertDropped(DropReason.BadHeader, "44" + Tunnel.Tcp4[2..]);
        tunnel.AssertDropped(DropReason.BadHeader, "55" + Tunnel.Tcp4[2..]);
        tunnel.AssertDropped(DropReason.BadChecksum, "4501" + Tunnel.Tcp4[4..]);
        tunnel.AssertDropped(DropReason.Unsupported, Tunnel.Udp6);
        Tunnel.Ip(6).AssertDropped(DropReason.Unsupported, Tunnel.Tcp4);
        Tunnel.EtherIp().AssertDropped(DropReason.BadHeader, "4000" + Tunnel.Frame);
        Tunnel.EtherIp().AssertDropped(DropReason.BadHeader, "3001" + Tunnel.Frame);
        Tunnel.EtherIp().AssertDropped(DropReason.Truncated, "3000" + Tunnel.Frame[..26]);
    }

    [Fact]
    public void Vxlan_DropsReservedBits_OtherNetworks_AndGroupSources()
    {
        Tunnel tunnel = Tunnel.Vxlan();
        tunnel.AssertDropped(DropReason.BadHeader, "0800000012345601" + Tunnel.Frame);
        tunnel.AssertDropped(DropReason.BadHeader, "8800000012345600" + Tunnel.Frame);
        tunnel.AssertDropped(DropReason.BadHeader, "0000000012345600" + Tunnel.Frame);
        tunnel.AssertDropped(DropReason.WrongKey, "0800000012345700" + Tunnel.Frame);
        tunnel.AssertDropped(DropReason.Truncated, "08000000123456");
        tunnel.AssertDropped(DropReason.SpoofedSource, "0800000012345600" + Tunnel.Frame[..12] + "010000000001" + Tunnel.Frame[24..]);
    }

    [Fact]
    public void Geneve_SkipsOptions_AndDropsCriticalOnes()
    {
        Tunnel tunnel = Tunnel.Geneve();
        Assert.Equal(Tunnel.Frame, tunnel.Receive("03006558123456000102000161626364ffff0100" + Tunnel.Frame));
        tunnel.AssertDropped(DropReason.Unsupported, "03406558123456000102800161626364ffff0100" + Tunnel.Frame);
        tunnel.AssertDropped(DropReason.Unsupported, "03006558123456000102800161626364ffff0100" + Tunnel.Frame); // critical, though the header does not say so
        tunnel.AssertDropped(DropReason.Unsupported, "0080655812345600" + Tunnel.Frame); // control
        tunnel.AssertDropped(DropReason.Unsupported, "0000080012345600" + Tunnel.Tcp4);
        tunnel.AssertDropped(DropReason.BadHeader, "4000655812345600" + Tunnel.Frame);
        tunnel.AssertDropped(DropReason.BadHeader, "01006558123456000102001f" + Tunnel.Frame);
        tunnel.AssertDropped(DropReason.WrongKey, "0000655812345700" + Tunnel.Frame);
        Tunnel ip = Tunnel.Geneve(new GeneveOptions { NetworkIdentifier = 0x123456, Medium = Medium.Ip });
        Assert.Equal(Tunnel.Tcp4, ip.Receive("0000080012345600" + Tunnel.Tcp4));
        ip.AssertDropped(DropReason.Unsupported, "0000655812345600" + Tunnel.Frame);
        ip.AssertDropped(DropReason.BadHeader, "0000080012345600" + Tunnel.Udp6);
    }

    [Fact]
    public void OwnDeliveryPacket_IsALoop_HoweverDeepAnotherTunnelPutIt()
    {
        byte[] own = Wrap4(Convert.FromHexString("00000800" + Tunnel.Tcp4), IpProtocol.Gre, "c0000201", "c0000202");
        Tunnel tunnel = Tunnel.Gre();
        tunnel.Send(own);
        tunnel.Send(Wrap4(own, IpProtocol.Ipv4, "0a000009", "0a000008"));
        Assert.Equal(2, tunnel.Link.Counters.DroppedFor(DropReason.Loop));
        Assert.Empty(tunnel.Delivery.Outbox);
        tunnel.Send(Wrap4(own[20..], IpProtocol.Gre, "0a000009", "c0000202")); // another's tunnel to the same place
        tunnel.Send(Wrap4(own[20..], IpProtocol.EtherIp, "c0000201", "c0000202"));
        Assert.Equal(2, tunnel.Delivery.Outbox.Count);
        Tunnel udp = Tunnel.Udp();
        udp.Send(Wrap4(Convert.FromHexString("1388138800080000"), IpProtocol.Udp, "c0000201", "c0000202"));
        Assert.Equal(1, udp.Link.Counters.DroppedFor(DropReason.Loop));
        udp.Send(Wrap4(Convert.FromHexString("1389138800080000"), IpProtocol.Udp, "c0000201", "c0000202"));
        Assert.Single(udp.Delivery.Outbox);
    }

    [Fact]
    public void Nesting_IsBounded()
    {
        Tunnel tunnel = Tunnel.Ip(4);
        byte[] packet = Convert.FromHexString(Tunnel.Tcp4);
        for (int depth = 1; depth <= 64; depth++)
        {
            packet = Wrap4(packet, IpProtocol.Ipv4, "0a000001", "0a000002");
            long sent = tunnel.Delivery.SentCount;
            tunnel.Send(packet);
            Assert.Equal(depth < 8 ? sent + 1 : sent, tunnel.Delivery.SentCount);
            if (depth >= 8) tunnel.AssertDropped(DropReason.Loop, Tunnel.Hex(packet));
            else Assert.NotNull(tunnel.Receive(Tunnel.Hex(packet)));
        }
    }

    [Fact]
    public void StaticAddress_FromElsewhere_IsSpoofed()
    {
        Assert.True(MacAddress.TryParse("02:00:00:00:00:0a", out MacAddress station));
        Tunnel tunnel = Tunnel.Vxlan(new VxlanOptions { NetworkIdentifier = 0x123456, StaticAddresses = [new(station, 1)] }, remotes: 3);
        tunnel.AssertDropped(DropReason.SpoofedSource, "0800000012345600" + Tunnel.Frame, remote: 0);
        Assert.Equal(Tunnel.Frame, tunnel.Receive("0800000012345600" + Tunnel.Frame, remote: 1));
    }

    internal static byte[] Wrap4(byte[] payload, IpProtocol protocol, string source, string destination)
    {
        byte[] packet = new byte[20 + payload.Length];
        new Ipv4Header
        {
            TotalLength = (ushort)packet.Length, DontFragment = true, TimeToLive = 64, Protocol = protocol,
            Source = Ipv4Address.Read(Convert.FromHexString(source)), Destination = Ipv4Address.Read(Convert.FromHexString(destination)),
        }.Encode(packet);
        payload.CopyTo(packet, 20);
        return packet;
    }

    private static string Ipv4From(string source) => Tunnel.Hex(Wrap4(Convert.FromHexString("0001000200080000"), IpProtocol.Udp, source, "0a000002"));
}
