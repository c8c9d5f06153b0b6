using System.Buffers.Binary;
using Adit.Core.Links;
using Adit.Links.Gre;
using Adit.TestKit.Codecs;
using Adit.TestKit.Time;
using Adit.Wire;
using Adit.Wire.Gre;
using Adit.Wire.Ip;

namespace Adit.Links.Tests.Encapsulation;

/// <summary>Two million mutated delivery payloads over all tunnels: what comes out is sound, what does not is counted, and nobody is answered.</summary>
public sealed class MutationTests
{
    private const int Inputs = 2_000_000;
    private const int BatchSize = 32;

    private static readonly string[] Kinds =
        ["gre", "gre-key", "gre-all", "gretap", "ipip", "6in4", "4in6", "ip6ip6", "etherip", "vxlan", "geneve", "geneve-ip", "udp", "udp-ethernet"];

    public static TheoryData<string> All => [.. Kinds];

    [Theory]
    [MemberData(nameof(All))]
    public void MutatedPayloads_AreDroppedOrSound(string kind)
    {
        Tunnel tunnel = OctetsTests.Make(kind);
        bool isEthernet = tunnel.Link.Properties.Medium == Medium.Ethernet;
        string[] packets = isEthernet ? [Tunnel.Frame, Tunnel.Arp] : [Tunnel.Tcp4, Tunnel.Udp6, Tunnel.Hex(RefusalTests.Wrap4(Convert.FromHexString(Tunnel.Tcp4), IpProtocol.Ipv4, "0a000001", "0a000002"))];
        foreach (string packet in packets) tunnel.Send(packet);
        byte[][] corpus = [.. tunnel.Delivery.Outbox.Select(p => p.Octets)];
        tunnel.Delivery.Outbox.Clear();
        if (kind == "gre") corpus = [.. corpus, Convert.FromHexString("000008004500001800000000ff2f37b3c0000201c000020200000000")];
        if (kind.StartsWith("geneve", StringComparison.Ordinal)) corpus = [.. corpus, [.. Convert.FromHexString("0300" + Tunnel.Hex(corpus[0])[4..16] + "0102000161626364ffff0100"), .. corpus[0][8..]]];
        var mutator = new Mutator(MutationRunner.Seed, corpus);
        var batch = new PacketBatch(buffers: BatchSize, packets: BatchSize);
        int count = Inputs / Kinds.Length / BatchSize;
        long accepted = 0;
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < BatchSize; j++) tunnel.Delivery.Feed(kind == "gre-all" ? Repaired(mutator.Next(), (uint)((i * BatchSize) + j)) : mutator.Next().ToArray(), (byte)(j & 3));
            batch.Clear();
            long dropped = Dropped(tunnel);
            tunnel.Link.Receive(batch);
            Assert.Equal(BatchSize, batch.Count + Dropped(tunnel) - dropped);
            accepted += batch.Count;
            foreach (ref readonly Packet packet in batch.Packets) AssertSound(kind, isEthernet, batch.Octets(packet));
        }

        Assert.InRange(accepted, 500, long.MaxValue); // the mutations reach past the headers
        Assert.Equal(0, tunnel.Device.Waiting);
        foreach ((byte[] octets, _) in tunnel.Delivery.Outbox)
            Assert.True(kind == "gre" && GrePacket.TryDecode(octets, out GrePacket answer) == DecodeStatus.Ok && GreKeepalive.IsAnswer(answer), "something else than a keepalive was answered");
    }

    [Fact]
    public void MutatedPackets_AreSentSound_OrDropped()
    {
        // The other direction: what a device, or whoever stands in its place, hands over.
        var time = new VirtualTime();
        Tunnel tunnel = Tunnel.Gre(new GreOptions { AnswersPerSecond = 1_000_000 }, time);
        tunnel.Delivery.Mtu = 100;
        byte[][] corpus = [Convert.FromHexString(Tunnel.Tcp4), Convert.FromHexString(Tunnel.Udp6), PathMtuTests.Udp4(200, false), PathMtuTests.Udp4(200, true)];
        var mutator = new Mutator(MutationRunner.Seed, corpus);
        var batch = new PacketBatch(buffers: BatchSize, packets: BatchSize);
        int answers = 0;
        for (int i = 0; i < 200_000 / BatchSize; i++)
        {
            batch.Clear();
            for (int j = 0; j < BatchSize; j++) Assert.True(batch.Add(mutator.Next()));
            tunnel.Link.Send(batch);
            time.Advance(TimeSpan.FromMilliseconds(1));
            foreach ((byte[] octets, Packet sent) in tunnel.Delivery.Outbox)
            {
                Assert.True(octets.Length > 4);
                Assert.True((sent.Flags & PacketFlags.DontFragment) == 0 || octets.Length + 20 <= 100, "too long");
            }

            tunnel.Delivery.Outbox.Clear();
            foreach (string answer in tunnel.Answers())
            {
                AssertSound("gre", false, Convert.FromHexString(answer));
                answers++;
            }
        }

        Assert.InRange(answers, 1000, int.MaxValue);
    }

    // A checksum and a sequence number that are right, so that the rest of a mutated packet is reached; every fourth stays as it is.
    private static byte[] Repaired(ReadOnlySpan<byte> input, uint number)
    {
        byte[] octets = input.ToArray();
        if (octets.Length < 16 || number % 4 == 0) return octets;
        BinaryPrimitives.WriteUInt32BigEndian(octets.AsSpan(12), number);
        GreHeader.WriteChecksum(octets);
        return octets;
    }

    private static long Dropped(Tunnel tunnel) => tunnel.Link.Counters.Dropped + tunnel.Link.Counters.DroppedFor(DropReason.Consumed);

    private static void AssertSound(string kind, bool isEthernet, ReadOnlySpan<byte> octets)
    {
        if (isEthernet)
        {
            Assert.True(octets.Length >= 14);
            if (kind is "vxlan" or "geneve") Assert.Equal(0, octets[6] & 1);
            return;
        }

        if (octets[0] >> 4 == 4)
        {
            Assert.Equal(DecodeStatus.Ok, Ipv4Packet.TryDecode(octets, out Ipv4Packet packet));
            Assert.True(packet.HasValidChecksum && packet.TotalLength == octets.Length);
            Assert.False(packet.Source.IsLoopback || packet.Source.IsMulticast || packet.Source.Value == 0xc0000201);
            Assert.True(kind is not ("6in4" or "ip6ip6"));
            return;
        }

        Assert.Equal(DecodeStatus.Ok, Ipv6Packet.TryDecode(octets, out Ipv6Packet six));
        Assert.True(six.Octets.Length == octets.Length && !six.Source.IsMulticast && !six.Source.IsLoopback && !six.Source.IsIpv4Mapped);
        Assert.True(kind is not ("ipip" or "4in6"));
    }
}
