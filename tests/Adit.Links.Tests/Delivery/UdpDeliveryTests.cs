using System.Buffers.Binary;
using System.Net;
using Adit.Core.Links;
using Adit.Links.Delivery;
using Adit.TestKit;

namespace Adit.Links.Tests.Delivery;

public sealed class UdpDeliveryTests
{
    private readonly PacketBatch _batch = new(64);

    public static TheoryData<string> Loopbacks => ["127.0.0.1", "::1"];

    [Theory]
    [MemberData(nameof(Loopbacks))]
    public async Task Datagrams_ComeAsTheyWereSent(string loopback)
    {
        (UdpDelivery left, UdpDelivery right) = Pair(loopback);
        await using (left)
        await using (right)
        {
            int[] lengths = [1, 1400, 1400, 1400, 700, 1400, 3000, 0, 5, 5, 5, 64_000, 1];
            foreach (int length in lengths) _batch.Add(Pattern(length));
            foreach (ref Packet packet in _batch.Packets) packet.TrafficClass = 0x2e << 2;
            left.Send(_batch);
            List<byte[]> got = Receive(right, lengths.Length, out Packet last);
            Assert.Equal(lengths.Select(Pattern), got);
            Assert.Equal((0x2e << 2, 64, 0), (last.TrafficClass, last.HopLimit, last.Remote));
        }
    }

    [Theory]
    [MemberData(nameof(Loopbacks))]
    public async Task SuperPackets_ArriveAsSegmentsThatAreRight(string loopback)
    {
        (UdpDelivery left, UdpDelivery right) = Pair(loopback);
        await using (left)
        await using (right)
        {
            foreach (int payload in new[] { 1, 1000, 1001, 50_000, 61_000, 64_000 })
            {
                _batch.Clear();
                AddSuper(Super(payload), 1000);
                left.Send(_batch);
                int segments = (payload + 999) / 1000;
                List<byte[]> got = Receive(right, segments, out _);
                byte[] whole = [.. got.SelectMany(p => p[40..])];
                Assert.Equal(Pattern(payload), whole);
                Assert.All(got, p => Assert.Equal(p.Length, BinaryPrimitives.ReadUInt16BigEndian(p.AsSpan(2))));
                Assert.Equal(segments, got.Count);
            }

            Assert.True(left.UsesSegmentation);
            Assert.True(left.Counters.SentSegments > left.Counters.SendCalls * 5, $"{left.Counters.SentSegments} segments in {left.Counters.SendCalls} calls");
        }
    }

    [Fact]
    public async Task OnlyRemotes_AreHeard()
    {
        await using UdpDelivery right = UdpDelivery.Open(new UdpDeliveryOptions { Local = new IPEndPoint(IPAddress.Loopback, 0) });
        right.AddRemote(new IPEndPoint(IPAddress.Parse("127.0.0.9"), 1));
        await using UdpDelivery stranger = UdpDelivery.Open(new UdpDeliveryOptions { Local = new IPEndPoint(IPAddress.Loopback, 0), Remote = right.Local });
        // The remote's port does not matter, its address does.
        await using UdpDelivery known = UdpDelivery.Open(new UdpDeliveryOptions { Local = new IPEndPoint(IPAddress.Parse("127.0.0.9"), 0), Remote = right.Local });
        _batch.Add([1]);
        stranger.Send(_batch);
        known.Send(_batch);
        Assert.Equal([[1]], Receive(right, 1, out _));
        Assert.Equal((1, 1), (right.Counters.DroppedFor(DropReason.WrongSource), right.Remotes.Count));
    }

    [Fact]
    public async Task Strangers_BecomeRemotes_UpToALimit()
    {
        await using UdpDelivery right = UdpDelivery.Open(new UdpDeliveryOptions { Local = new IPEndPoint(IPAddress.Loopback, 0), TakesStrangers = true, MaximumRemotes = 2 });
        _batch.Add([1]);
        for (int i = 1; i <= 3; i++)
        {
            await using UdpDelivery stranger = UdpDelivery.Open(new UdpDeliveryOptions { Local = new IPEndPoint(IPAddress.Parse($"127.0.0.{i}"), 0), Remote = right.Local });
            stranger.Send(_batch);
        }

        Receive(right, 3, out Packet last);
        Assert.Equal(IDelivery.UnknownRemote, last.Remote);
        Assert.Equal(["127.0.0.1", "127.0.0.2"], right.Remotes.Select(r => r.Address.ToString()));
    }

    [Fact]
    public async Task NobodyThere_IsNoEnd()
    {
        (UdpDelivery left, UdpDelivery right) = Pair("127.0.0.1");
        IPEndPoint place = right.Local;
        await right.DisposeAsync();
        await using (left)
        {
            for (int i = 0; i < 3; i++)
            {
                _batch.Clear();
                _batch.Add([1]);
                left.Send(_batch);
            }

            await using UdpDelivery back = UdpDelivery.Open(new UdpDeliveryOptions { Local = place, Remote = left.Local, MatchesPort = true });
            back.Send(_batch);
            Assert.Equal([[1]], Receive(left, 1, out _));
            Assert.Equal(65535, left.PathMtu(0)); // the longest IPv4 packet, less than loopback's MTU
        }
    }

    [Fact]
    public async Task Interrupt_EndsAWait()
    {
        (UdpDelivery left, UdpDelivery right) = Pair("127.0.0.1");
        await using (left)
        await using (right)
        {
            Task<int> waiting = Task.Run(() => left.Receive(new PacketBatch(8)));
            left.Interrupt();
            Assert.Equal(0, await waiting.WaitAsync(TimeSpan.FromSeconds(10)));
            Assert.Equal(0, left.Receive(_batch));
        }
    }

    [Fact]
    public async Task SteadyState_AllocatesNothing()
    {
        (UdpDelivery left, UdpDelivery right) = Pair("127.0.0.1");
        await using (left)
        await using (right)
        {
            var receiving = new PacketBatch(64);
            byte[] small = Pattern(100), super = Super(60_000);
            void Round()
            {
                _batch.Clear();
                AddSuper(super, 1400);
                _batch.Add(small);
                left.Send(_batch);
                for (int got = 0; got < 44;)
                {
                    receiving.Clear();
                    got += right.Receive(receiving);
                }
            }

            Assert.Equal(0, Allocations.Least(200, Round));
        }
    }

    private static (UdpDelivery Left, UdpDelivery Right) Pair(string loopback)
    {
        var any = new IPEndPoint(IPAddress.Parse(loopback), 0);
        // A socket that is connected must know the other's port first.
        UdpDelivery probe = UdpDelivery.Open(new UdpDeliveryOptions { Local = any });
        IPEndPoint place = probe.Local;
        UdpDelivery left = UdpDelivery.Open(new UdpDeliveryOptions { Local = any, Remote = place, MatchesPort = true });
        probe.DisposeAsync().AsTask().Wait();
        return (left, UdpDelivery.Open(new UdpDeliveryOptions { Local = place, Remote = left.Local, MatchesPort = true }));
    }

    private static byte[] Pattern(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)((i * 7) + (i >> 8)))];

    private static List<byte[]> Receive(UdpDelivery from, int count, out Packet last)
    {
        var batch = new PacketBatch(64);
        var got = new List<byte[]>();
        last = default;
        while (got.Count < count)
        {
            batch.Clear();
            Assert.NotEqual(0, from.Receive(batch));
            foreach (Packet packet in batch.Packets.ToArray())
            {
                got.Add(batch.Octets(packet).ToArray());
                last = packet;
            }
        }

        return got;
    }

    private static byte[] Super(int payload)
    {
        byte[] packet = [.. new byte[40], .. Pattern(payload)];
        packet[0] = 0x45;
        packet[9] = 6;
        packet[32] = 5 << 4;
        packet[33] = 0x10;
        return packet;
    }

    private void AddSuper(byte[] packet, int size)
    {
        Assert.True(_batch.Add(packet));
        ref Packet added = ref _batch[_batch.Count - 1];
        added.Segmentation = SegmentationKind.Tcp4;
        added.SegmentSize = (ushort)size;
        added.NetworkStart = added.Offset;
        added.TransportStart = added.Offset + 20;
        added.ChecksumOffset = 16;
        added.Flags = PacketFlags.ChecksumPartial;
    }
}
