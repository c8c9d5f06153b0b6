using System.Net;
using Adit.Core.Links;
using Adit.Links.Encapsulation;
using Adit.Links.EtherIp;
using Adit.Links.Geneve;
using Adit.Links.Gre;
using Adit.Links.Ip;
using Adit.Links.Vxlan;

namespace Adit.Links.Tests.Encapsulation;

/// <summary>A tunnel over a scripted delivery, and a sender that takes its answers.</summary>
internal sealed class Tunnel
{
    public const string Tcp4 = "452a003c000740003f0627890a0000010a0000020fa00050000000640000000150102000b6b400007878787878787878787878787878787878787878"; // scapy
    public const string Udp6 = "622000000014113d20010db8000a0000000000000000000120010db8000b0000000000000000000203e807d00014bfab797979797979797979797979"; // scapy
    public const string Frame = "02000000000b02000000000a080045000030000740003f1127b40a0000010a0000020fa00050001c270f7878787878787878787878787878787878787878"; // scapy
    public const string Arp = "ffffffffffff02000000000a0806000108000604000102000000000a0a0000010000000000000a000002"; // scapy

    public static readonly IPEndPoint Near = new(IPAddress.Parse("192.0.2.1"), 0);
    public static readonly IPEndPoint Far = new(IPAddress.Parse("192.0.2.2"), 0);
    public static readonly IPEndPoint Near6 = new(IPAddress.Parse("2001:db8:ffff::1"), 0);
    public static readonly IPEndPoint Far6 = new(IPAddress.Parse("2001:db8:ffff::2"), 0);

    public Tunnel(ScriptedDelivery delivery, EncapsulatingLink link)
    {
        (Delivery, Link) = (delivery, link);
        (Sender, Device) = MemoryLink.CreatePair(new LinkProperties { Medium = link.Properties.Medium });
        link.AnswerTo(new SharedSendLink(Sender));
    }

    public ScriptedDelivery Delivery { get; }

    public EncapsulatingLink Link { get; }

    /// <summary>The tunnel answers here.</summary>
    public MemoryLink Sender { get; }

    /// <summary>And the answers arrive here.</summary>
    public MemoryLink Device { get; }

    public static IPEndPoint At(IPEndPoint address, int port) => new(address.Address, port);

    public static Tunnel Gre(GreOptions? options = null, TimeProvider? time = null)
    {
        var delivery = new ScriptedDelivery(Near, Far);
        return new Tunnel(delivery, new GreLink(delivery, options ?? new GreOptions(), time));
    }

    public static Tunnel Ip(int version, bool isOuter6 = false, IpInIpOptions? options = null)
    {
        var delivery = new ScriptedDelivery(isOuter6 ? Near6 : Near, isOuter6 ? Far6 : Far) { HeaderLength = isOuter6 ? 40 : 20 };
        return new Tunnel(delivery, new IpInIpLink(delivery, options ?? new IpInIpOptions { InnerVersion = version }));
    }

    public static Tunnel Udp(PlainUdpOptions? options = null)
    {
        var delivery = new ScriptedDelivery(At(Near, 5000), At(Far, 5000)) { HeaderLength = 28 };
        return new Tunnel(delivery, new PlainUdpLink(delivery, options ?? new PlainUdpOptions()));
    }

    public static Tunnel EtherIp(EtherIpOptions? options = null)
    {
        var delivery = new ScriptedDelivery(Near, Far);
        return new Tunnel(delivery, new EtherIpLink(delivery, options ?? new EtherIpOptions()));
    }

    public static Tunnel Vxlan(VxlanOptions? options = null, TimeProvider? time = null, int remotes = 1)
    {
        var delivery = new ScriptedDelivery(At(Near, 4789), [.. Enumerable.Range(0, remotes).Select(i => new IPEndPoint(IPAddress.Parse($"192.0.2.{2 + i}"), 4789))]) { HeaderLength = 28 };
        return new Tunnel(delivery, new VxlanLink(delivery, options ?? new VxlanOptions { NetworkIdentifier = 0x123456 }, time));
    }

    public static Tunnel Geneve(GeneveOptions? options = null)
    {
        var delivery = new ScriptedDelivery(At(Near, 6081), At(Far, 6081)) { HeaderLength = 28 };
        return new Tunnel(delivery, new GeneveLink(delivery, options ?? new GeneveOptions { NetworkIdentifier = 0x123456 }));
    }

    /// <summary>Sends one packet.</summary>
    public void Send(ReadOnlySpan<byte> octets)
    {
        var batch = new PacketBatch(buffers: 8, packets: 16);
        Assert.True(batch.Add(octets));
        batch[0].NetworkStart = batch[0].Offset;
        Link.Send(batch);
    }

    public void Send(string hex) => Send(Convert.FromHexString(hex));

    /// <summary>Sends one packet, and gives what left the tunnel.</summary>
    public (string Octets, Packet Packet) SendOne(string hex)
    {
        Delivery.Outbox.Clear();
        Send(hex);
        (byte[] octets, Packet packet) = Assert.Single(Delivery.Outbox);
        return (Hex(octets), packet);
    }

    /// <summary>Lets one delivery payload arrive, and gives what came out; null: nothing.</summary>
    public string? Receive(string hex, byte trafficClass = 0, ushort remote = 0)
    {
        Delivery.Feed(Convert.FromHexString(hex), trafficClass, remote);
        var batch = new PacketBatch(buffers: 4, packets: 8);
        return Link.Receive(batch) == 0 ? null : Hex(batch.Octets(batch[0]));
    }

    /// <summary>Asserts that a payload is dropped, for a reason, and that nobody hears of it.</summary>
    public void AssertDropped(DropReason reason, string hex, byte trafficClass = 0, ushort remote = 0)
    {
        long before = Link.Counters.DroppedFor(reason), sent = Delivery.SentCount;
        Assert.Null(Receive(hex, trafficClass, remote));
        Assert.Equal(before + 1, Link.Counters.DroppedFor(reason));
        Assert.Equal(sent, Delivery.SentCount);
        Assert.Equal(0, Device.Waiting);
    }

    /// <summary>The answers that the sender got.</summary>
    public List<string> Answers()
    {
        var batch = new PacketBatch(buffers: 64, packets: 64);
        Device.TryReceive(batch);
        var all = new List<string>();
        foreach (ref readonly Packet packet in batch.Packets) all.Add(Hex(batch.Octets(packet)));
        return all;
    }

    public static string Hex(ReadOnlySpan<byte> octets) => Convert.ToHexStringLower(octets);
}
