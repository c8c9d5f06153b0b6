using Adit.Core.Links;
using Adit.Links.Gre;
using Adit.TestKit.Time;

namespace Adit.Links.Tests.Encapsulation;

/// <summary>Cisco's GRE keepalives under virtual time.</summary>
public sealed class KeepaliveTests
{
    private const string Question = "00000800" + "4500001800000000ff2f37b3c0000202c0000201" + "00000000"; // scapy: from 192.0.2.1 to 192.0.2.2
    private const string Asked = "00000800" + "4500001800000000ff2f37b3c0000201c0000202" + "00000000"; // the far end's

    [Fact]
    public async Task FarEnd_IsAsked_AndCountsAsDeadWithoutAnswers()
    {
        var time = new VirtualTime();
        Tunnel tunnel = Tunnel.Gre(new GreOptions { KeepaliveInterval = TimeSpan.FromSeconds(10), KeepaliveRetries = 3 }, time);
        var gre = (GreLink)tunnel.Link;
        Assert.Equal(KeepaliveState.Unknown, gre.Keepalives);
        time.Advance(TimeSpan.FromSeconds(1));
        (byte[] octets, Packet sent) = Assert.Single(tunnel.Delivery.Outbox);
        Assert.Equal(Question, Tunnel.Hex(octets));
        Assert.Equal(0xc0, sent.TrafficClass);
        Assert.Null(tunnel.Receive("00000000"));
        Assert.Equal(KeepaliveState.Alive, gre.Keepalives);
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(KeepaliveState.Alive, gre.Keepalives);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(KeepaliveState.Dead, gre.Keepalives);
        Assert.Null(tunnel.Receive("00000000"));
        Assert.Equal(KeepaliveState.Alive, gre.Keepalives);
        Assert.Equal((0L, 2L), (gre.Counters.Dropped, gre.Counters.DroppedFor(DropReason.Consumed)));
        await gre.DisposeAsync();
        Assert.Equal(0, time.TimerCount);
    }

    [Fact]
    public void Question_IsAnswered_ThoughItsSourceIsOurOwnAddress()
    {
        Tunnel tunnel = Tunnel.Gre();
        Assert.Null(tunnel.Receive(Asked));
        Assert.Equal("00000000", Tunnel.Hex(Assert.Single(tunnel.Delivery.Outbox).Octets));
        Assert.Equal(KeepaliveState.Off, ((GreLink)tunnel.Link).Keepalives);
        Tunnel keyed = Tunnel.Gre(new GreOptions { Key = 7 });
        Assert.Null(keyed.Receive("2000080000000007" + "4500001c00000000ff2f37afc0000201c0000202" + "2000000000000007"));
        Assert.Equal("2000000000000007", Tunnel.Hex(Assert.Single(keyed.Delivery.Outbox).Octets));
    }

    [Fact]
    public void BothEnds_KeepEachOtherAlive()
    {
        var time = new VirtualTime();
        Tunnel asker = Tunnel.Gre(new GreOptions { Key = 9, Checksum = true, KeepaliveInterval = TimeSpan.FromSeconds(5) }, time);
        time.Advance(TimeSpan.FromSeconds(1));
        var delivery = new ScriptedDelivery(Tunnel.Far, Tunnel.Near);
        var answerer = new Tunnel(delivery, new GreLink(delivery, new GreOptions { Key = 9, Checksum = true }));
        string question = Tunnel.Hex(asker.Delivery.Outbox[0].Octets);
        Assert.Null(answerer.Receive(question));
        Assert.Equal(0, answerer.Link.Counters.Dropped);
        Assert.Null(asker.Receive(Tunnel.Hex(Assert.Single(delivery.Outbox).Octets)));
        Assert.Equal(KeepaliveState.Alive, ((GreLink)asker.Link).Keepalives);
    }

    [Fact]
    public void AlmostAQuestion_IsSpoofed()
    {
        Tunnel tunnel = Tunnel.Gre();
        tunnel.AssertDropped(DropReason.SpoofedSource, "00000800" + "4500001900000000ff2f37b2c0000201c0000202" + "0000000000"); // with payload
        tunnel.AssertDropped(DropReason.SpoofedSource, "00000800" + "4500001800000000ff2f37b2c0000201c0000203" + "00000000"); // to another
    }

    [Fact]
    public void Keepalives_NeedIpv4Outside()
    {
        var delivery = new ScriptedDelivery(Tunnel.Near6, Tunnel.Far6) { HeaderLength = 40 };
        Assert.Throws<ArgumentException>(() => new GreLink(delivery, new GreOptions { KeepaliveInterval = TimeSpan.FromSeconds(1) }));
        Assert.Throws<ArgumentException>(() => Tunnel.Gre(new GreOptions { KeepaliveInterval = TimeSpan.Zero }));
    }
}
