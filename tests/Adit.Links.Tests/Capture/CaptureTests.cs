using System.Net;
using Adit.Core;
using Adit.Core.Links;
using Adit.Links.Capture;
using Adit.Links.Delivery;
using Adit.Wire;
using Adit.Wire.Ip;
using Adit.Wire.Pcapng;

namespace Adit.Links.Tests.Capture;

/// <summary>Records of what passes: read back octet by octet.</summary>
public sealed class CaptureTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public async Task Link_RecordsBothWays_AndPassesOn()
    {
        (MemoryLink near, MemoryLink far) = MemoryLink.CreatePair(new LinkProperties { Medium = Medium.Ip });
        var batch = new PacketBatch();
        await using (PacketRecorder recorder = PacketRecorder.Create(_path, PcapngLinkType.Raw, "tun0"))
        {
            await using var link = new CaptureLink(near, recorder);
            batch.Add([0x45, 1]);
            batch.Add([0x45, 2, 3]);
            batch[0].Drop(DropReason.TooBig);
            link.Send(batch);
            batch.Clear();
            batch.Add([0x60, 9]);
            far.Send(batch);
            batch.Clear();
            Assert.Equal(1, link.Receive(batch));
            Assert.Equal((2, 0), (recorder.Packets, recorder.Missed));
        }

        (SectionHeaderBlock section, InterfaceDescriptionBlock device, List<EnhancedPacketBlock> packets) = Read();
        Assert.Equal(("adit", "tun0", PcapngLinkType.Raw), (section.Application, device.Name, device.LinkType));
        Assert.Equal([PcapngDirection.Outbound, PcapngDirection.Inbound], packets.Select(p => p.Direction));
        Assert.Equal([0x45, 2, 3], packets[0].Data.ToArray());
        Assert.Equal([0x60, 9], packets[1].Data.ToArray());
        Assert.InRange((double)packets[0].Timestamp, PacketRecorder.Now() - 60e9, PacketRecorder.Now());
    }

    [Theory]
    [InlineData("192.0.2.1:5000", 28)]
    [InlineData("[2001:db8::1]:5000", 48)]
    public async Task Delivery_IsRecorded_BehindTheHeadersThatItHas(string local, int headerLength)
    {
        IPEndPoint from = IPEndPoint.Parse(local);
        var to = new IPEndPoint(from.Address, 6000);
        await using (PacketRecorder recorder = PacketRecorder.Create(_path, PcapngLinkType.Raw, "outside"))
        {
            var sent = new Sink(from, to);
            await using var delivery = new CaptureDelivery(sent, recorder, IpProtocol.Udp);
            var batch = new PacketBatch();
            batch.Add([1, 2, 3, 4]);
            (batch[0].TrafficClass, batch[0].HopLimit, batch[0].Flags) = (0x2e, 7, PacketFlags.DontFragment);
            delivery.Send(batch);
            Assert.Equal(1, sent.Sent);
            batch.Clear();
            delivery.Receive(batch);
        }

        List<EnhancedPacketBlock> packets = Read().Packets;
        byte[] octets = packets[0].Data.ToArray();
        Assert.Equal(headerLength + 4, octets.Length);
        Assert.Equal([1, 2, 3, 4], octets[headerLength..]);
        Assert.Equal(DecodeStatus.Ok, UdpHeader.TryDecode(octets.AsSpan(headerLength - 8), out UdpHeader udp, out _));
        Assert.Equal((5000, 6000, 12), (udp.SourcePort, udp.DestinationPort, udp.Length));
        if (headerLength == 28)
        {
            Assert.Equal(DecodeStatus.Ok, Ipv4Header.TryDecode(octets, out Ipv4Header ip, out _));
            Assert.Equal((0x2e, 7, true, 32, IpProtocol.Udp, "192.0.2.1"), (ip.TrafficClass, ip.TimeToLive, ip.DontFragment, ip.TotalLength, ip.Protocol, ip.Source.ToString()));
        }
        else
        {
            Assert.Equal(DecodeStatus.Ok, Ipv6Header.TryDecode(octets, out Ipv6Header ip, out _));
            Assert.Equal((0x2e, 7, 12, IpProtocol.Udp), (ip.TrafficClass, ip.HopLimit, ip.PayloadLength, ip.NextHeader));
        }

        Assert.Equal(DecodeStatus.Ok, UdpHeader.TryDecode(packets[1].Data.Span[(headerLength - 8)..], out UdpHeader back, out _));
        Assert.Equal((6000, 5000), (back.SourcePort, back.DestinationPort));
    }

    [Fact]
    public async Task Flood_IsMissedAndCounted_NeverWaitedFor()
    {
        const int Packets = 20_000;
        byte[] packet = new byte[1500];
        long missed, written;
        await using (PacketRecorder recorder = PacketRecorder.Create(_path, PcapngLinkType.Raw, "x"))
        {
            for (int i = 0; i < Packets; i++) recorder.Record(default, packet, PcapngDirection.Outbound, 0);
            (missed, written) = (recorder.Missed, recorder.Packets);
            Assert.Equal(Packets, missed + written);
        }

        Assert.Equal(written, Read().Packets.Count);
    }

    [Fact]
    public void Place_ThatCannotBeWritten_IsTold() =>
        Assert.StartsWith("capture /nowhere/x: expected a file that can be written, got ", Assert.Throws<TunnelException>(() => PacketRecorder.Create("/nowhere/x", PcapngLinkType.Raw, "x")).Message, StringComparison.Ordinal);

    private (SectionHeaderBlock Section, InterfaceDescriptionBlock Device, List<EnhancedPacketBlock> Packets) Read()
    {
        byte[] file = File.ReadAllBytes(_path);
        Assert.Equal(DecodeStatus.Ok, SectionHeaderBlock.TryDecode(file, out SectionHeaderBlock section, out int at));
        Assert.Equal(DecodeStatus.Ok, InterfaceDescriptionBlock.TryDecode(file.AsSpan(at), out InterfaceDescriptionBlock device, out int used));
        var packets = new List<EnhancedPacketBlock>();
        for (at += used; at < file.Length; at += used)
        {
            Assert.Equal(DecodeStatus.Ok, EnhancedPacketBlock.TryDecode(file.AsSpan(at), out EnhancedPacketBlock packet, out used));
            packets.Add(packet);
        }

        return (section, device, packets);
    }

    /// <summary>A delivery that swallows what is sent, and receives one packet of one octet from its remote each time.</summary>
    private sealed class Sink(IPEndPoint local, IPEndPoint remote) : IDelivery
    {
        public int Sent { get; private set; }

        public string Name => "sink";

        public LinkProperties Properties { get; } = new() { Medium = Medium.Datagram };

        public LinkCounters Counters { get; } = new();

        public int HeaderLength => 28;

        public IPEndPoint Local => local;

        public IReadOnlyList<IPEndPoint> Remotes => [remote];

        public ushort AddRemote(IPEndPoint added) => 0;

        public int PathMtu(ushort number) => 1500;

        public int Receive(PacketBatch batch)
        {
            batch.Add([7]);
            return 1;
        }

        public void Send(PacketBatch batch) => Sent += batch.Count;

        public void Interrupt()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
