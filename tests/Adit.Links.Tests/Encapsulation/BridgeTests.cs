using System.Net;
using Adit.Core.Links;
using Adit.Links.Delivery;
using Adit.Links.Gre;
using Adit.Links.Vxlan;
using Adit.Wire;
using Adit.Wire.Ip;

namespace Adit.Links.Tests.Encapsulation;

/// <summary>Whole tunnels between in-memory devices, with threads.</summary>
public sealed class BridgeTests
{
    [Fact]
    public async Task TwoEnds_CarryPackets_AndTellTheSenderWhatIsTooBig()
    {
        MemoryDelivery[] ends = MemoryDelivery.CreateNetwork(20, Tunnel.Near, Tunnel.Far);
        (MemoryLink host, MemoryLink device) = MemoryLink.CreatePair(new LinkProperties { Medium = Medium.Ip, TakesSegmentation = true });
        (MemoryLink farHost, MemoryLink farDevice) = MemoryLink.CreatePair(new LinkProperties { Medium = Medium.Ip, TakesSegmentation = true });
        await using LinkBridge near = LinkBridge.Start(device, new GreLink(ends[0], new GreOptions { Checksum = true, SendsSequenceNumbers = true }));
        await using LinkBridge far = LinkBridge.Start(farDevice, new GreLink(ends[1], new GreOptions { Checksum = true, EnforcesSequence = true, SendsSequenceNumbers = true }));
        var batch = new PacketBatch(buffers: 8, packets: 64);

        // A super-packet is cut where the header differs from segment to segment.
        byte[] packet = new byte[40 + 14_000];
        new Random(1).NextBytes(packet);
        new Ipv4Header { TotalLength = (ushort)packet.Length, DontFragment = true, TimeToLive = 64, Protocol = IpProtocol.Tcp, Source = new(0x0a000001), Destination = new(0x0a000002) }.Encode(packet);
        packet[32] = 0x50;
        packet[33] = 0x10;
        batch.Add(packet);
        ref Packet big = ref batch[0];
        (big.Segmentation, big.SegmentSize, big.NetworkStart, big.TransportStart, big.ChecksumOffset, big.Flags) = (SegmentationKind.Tcp4, 1400, big.Offset, big.Offset + 20, 16, PacketFlags.ChecksumPartial);
        host.Send(batch);
        byte[] payload = new byte[14_000];
        int received = 0;
        while (received < payload.Length)
        {
            batch.Clear();
            Assert.True(farHost.Receive(batch) > 0);
            for (int i = 0; i < batch.Count; i++)
            {
                Assert.Equal(DecodeStatus.Ok, Ipv4Packet.TryDecode(batch.Octets(batch[i]), out Ipv4Packet view));
                uint pseudo = InternetChecksum.PseudoHeader(view.Source, view.Destination, IpProtocol.Tcp, view.Payload.Length);
                Assert.Equal(0xffffu, InternetChecksum.Add(pseudo, InternetChecksum.Sum(view.Payload)));
                view.Payload[20..].CopyTo(payload.AsSpan(received));
                received += view.Payload.Length - 20;
            }
        }

        Assert.Equal(packet[40..], payload);

        batch.Clear();
        batch.Add(PathMtuTests.Udp4(1500, dontFragment: true));
        host.Send(batch);
        batch.Clear();
        Assert.Equal(1, host.Receive(batch));
        Ipv4Packet.TryDecode(batch.Octets(batch[0]), out Ipv4Packet answer);
        Assert.Equal(IpProtocol.Icmp, answer.Protocol);
    }

    [Fact]
    public async Task ThreeVxlanEnds_AreOneSegment()
    {
        IPEndPoint[] addresses = [.. Enumerable.Range(1, 3).Select(i => new IPEndPoint(IPAddress.Parse($"192.0.2.{i}"), 4789))];
        MemoryDelivery[] ends = MemoryDelivery.CreateNetwork(28, addresses);
        var hosts = new List<MemoryLink>();
        var bridges = new List<LinkBridge>();
        foreach (MemoryDelivery end in ends)
        {
            (MemoryLink host, MemoryLink device) = MemoryLink.CreatePair(new LinkProperties { Medium = Medium.Ethernet });
            hosts.Add(host);
            bridges.Add(LinkBridge.Start(device, new VxlanLink(end, new VxlanOptions { NetworkIdentifier = 7 })));
        }

        Send(hosts[0], Tunnel.Arp);
        Assert.Equal([Tunnel.Arp], Receive(hosts[1]));
        Assert.Equal([Tunnel.Arp], Receive(hosts[2]));
        string answer = "02000000000a02000000000b" + Tunnel.Arp[24..];
        Send(hosts[2], answer);
        Assert.Equal([answer], Receive(hosts[0]));
        Assert.Equal(0, hosts[1].Waiting); // it learnt where a is
        Send(hosts[0], Tunnel.Frame);
        Assert.Equal([Tunnel.Frame], Receive(hosts[2]));
        Assert.Equal(0, hosts[1].Waiting);
        foreach (LinkBridge bridge in bridges) await bridge.DisposeAsync();
    }

    private static void Send(MemoryLink host, string frame)
    {
        var batch = new PacketBatch(1, 1);
        batch.Add(Convert.FromHexString(frame));
        host.Send(batch);
    }

    private static string[] Receive(MemoryLink host)
    {
        var batch = new PacketBatch(4, 4);
        host.Receive(batch);
        return [.. Enumerable.Range(0, batch.Count).Select(i => Tunnel.Hex(batch.Octets(batch[i])))];
    }
}
