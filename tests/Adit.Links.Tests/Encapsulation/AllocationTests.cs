using Adit.Core.Links;
using Adit.TestKit;

namespace Adit.Links.Tests.Encapsulation;

/// <summary>In steady state no packet allocates, either way.</summary>
public sealed class AllocationTests
{
    [Theory]
    [InlineData("gre")]
    [InlineData("gre-all")]
    [InlineData("gretap")]
    [InlineData("ipip")]
    [InlineData("6in4")]
    [InlineData("ip6ip6")]
    [InlineData("etherip")]
    [InlineData("vxlan")]
    [InlineData("geneve")]
    [InlineData("udp")]
    public void Packet_AllocatesNothing(string kind)
    {
        Tunnel model = OctetsTests.Make(kind);
        string packet = kind is "6in4" or "ip6ip6" ? Tunnel.Udp6 : model.Link.Properties.Medium == Medium.Ip ? Tunnel.Tcp4 : Tunnel.Frame;
        byte[] octets = Convert.FromHexString(packet), payload = Convert.FromHexString(model.SendOne(packet).Octets);
        var delivery = new ScriptedDelivery(model.Delivery.Local, [.. model.Delivery.Remotes]) { HeaderLength = model.Delivery.HeaderLength, CountsOnly = true };
        Adit.Links.Encapsulation.EncapsulatingLink link = Over(kind, delivery);
        for (int i = 0; i < 16; i++) delivery.Feed(payload);
        var sending = new PacketBatch(buffers: 16, packets: 16);
        var receiving = new PacketBatch(buffers: 16, packets: 16);
        int rounds = 0;
        Assert.Equal(0, Allocations.Least(500, () =>
        {
            rounds++;
            sending.Clear();
            for (int i = 0; i < 16; i++) sending.Add(octets);
            link.Send(sending);
            receiving.Clear();
            if (link.Receive(receiving) != 16) throw new InvalidOperationException("packets are missing");
        }));
        Assert.Equal(16L * rounds, delivery.SentCount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void FragmentsCopiesAndAnswers_AllocateNothing(bool isEthernet)
    {
        var delivery = new ScriptedDelivery(isEthernet ? Tunnel.At(Tunnel.Near, 4789) : Tunnel.Near, isEthernet ? [Tunnel.At(Tunnel.Far, 4789), Tunnel.At(Tunnel.Far, 4790), Tunnel.At(Tunnel.Far, 4791)] : [Tunnel.Far])
        {
            CountsOnly = true, Mtu = 600,
        };
        Adit.Links.Encapsulation.EncapsulatingLink link = Over(isEthernet ? "vxlan" : "gre", delivery);
        var answers = new Counting();
        link.AnswerTo(answers);
        byte[] header = isEthernet ? Convert.FromHexString("02000000000b02000000000a0800") : [];
        byte[] small = [.. header, .. PathMtuTests.Udp4(100, false)], cut = [.. header, .. PathMtuTests.Udp4(1400, false)], told = [.. header, .. PathMtuTests.Udp4(1400, true)];
        var batch = new PacketBatch(buffers: 4, packets: 4);
        int rounds = 0;
        Assert.Equal(0, Allocations.Least(500, () =>
        {
            rounds++;
            batch.Clear();
            batch.Add(small);
            batch.Add(cut);
            batch.Add(told);
            link.Send(batch);
        }));
        Assert.Equal((isEthernet ? 3L : 1) * 4 * rounds, delivery.SentCount); // one whole, one in three
        Assert.True(answers.Count > 0);
    }

    private sealed class Counting : IAnswerSink
    {
        public int Count { get; private set; }

        public void Answer(PacketBatch answers) => Count += answers.Count;
    }

    private static Adit.Links.Encapsulation.EncapsulatingLink Over(string kind, ScriptedDelivery delivery) => kind switch
    {
        "gre" => new Gre.GreLink(delivery, new Gre.GreOptions()),
        "gre-all" => new Gre.GreLink(delivery, new Gre.GreOptions { Key = 7, Checksum = true, SendsSequenceNumbers = true }),
        "gretap" => new Gre.GreLink(delivery, new Gre.GreOptions { Medium = Medium.Ethernet }),
        "ipip" => new Ip.IpInIpLink(delivery, new Ip.IpInIpOptions { InnerVersion = 4 }),
        "6in4" or "ip6ip6" => new Ip.IpInIpLink(delivery, new Ip.IpInIpOptions { InnerVersion = 6 }),
        "etherip" => new EtherIp.EtherIpLink(delivery, new EtherIp.EtherIpOptions()),
        "vxlan" => new Vxlan.VxlanLink(delivery, new Vxlan.VxlanOptions { NetworkIdentifier = 0x123456 }),
        "geneve" => new Geneve.GeneveLink(delivery, new Geneve.GeneveOptions { NetworkIdentifier = 0x123456 }),
        _ => new Ip.PlainUdpLink(delivery, new Ip.PlainUdpOptions()),
    };
}
