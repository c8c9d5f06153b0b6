using Adit.Core.Links;
using Adit.Links.Encapsulation;
using Adit.Links.Vxlan;
using Adit.TestKit.Time;
using Adit.Wire.Ethernet;

namespace Adit.Links.Tests.Encapsulation;

/// <summary>Which remote a frame goes to.</summary>
public sealed class ForwardingTests
{
    private const string Header = "0800000012345600";

    // From b to a: the answer to Tunnel.Frame.
    private static readonly string Back = Tunnel.Frame[12..24] + Tunnel.Frame[..12] + Tunnel.Frame[24..];

    [Fact]
    public void UnknownAndGroupDestinations_GoEverywhere_KnownOnesToTheirRemote()
    {
        Tunnel tunnel = Tunnel.Vxlan(remotes: 3);
        Assert.Equal([0, 1, 2], Sent(tunnel, Tunnel.Frame));
        Assert.All(tunnel.Delivery.Outbox, p => Assert.Equal(Header + Tunnel.Frame, Tunnel.Hex(p.Octets)));
        Assert.Equal(Back, tunnel.Receive(Header + Back, remote: 1));
        Assert.Equal([1], Sent(tunnel, Tunnel.Frame));
        Assert.Equal([0, 1, 2], Sent(tunnel, Tunnel.Arp));
        tunnel.Receive(Header + Back, remote: 2); // it has moved
        Assert.Equal([2], Sent(tunnel, Tunnel.Frame));
        Assert.Equal(1, ((VxlanLink)tunnel.Link).Addresses.Count);
    }

    [Fact]
    public void Addresses_Age()
    {
        var time = new VirtualTime();
        Tunnel tunnel = Tunnel.Vxlan(new VxlanOptions { NetworkIdentifier = 0x123456, AddressLifetime = TimeSpan.FromSeconds(10) }, time, remotes: 2);
        tunnel.Receive(Header + Back, remote: 1);
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal([1], Sent(tunnel, Tunnel.Frame));
        tunnel.Receive(Header + Back, remote: 1);
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal([1], Sent(tunnel, Tunnel.Frame));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal([0, 1], Sent(tunnel, Tunnel.Frame));
        Assert.Equal(0, ((VxlanLink)tunnel.Link).Addresses.Count);
    }

    [Fact]
    public void StaticAddresses_AndAFloodList_AreKept()
    {
        Assert.True(MacAddress.TryParse("02:00:00:00:00:0b", out MacAddress station));
        var options = new VxlanOptions { NetworkIdentifier = 0x123456, StaticAddresses = [new(station, 2)], FloodTo = [1], Learns = false };
        Tunnel tunnel = Tunnel.Vxlan(options, remotes: 3);
        Assert.Equal([2], Sent(tunnel, Tunnel.Frame));
        Assert.Equal([1], Sent(tunnel, Tunnel.Arp));
        tunnel.Receive(Header + Tunnel.Frame, remote: 0);
        Assert.Equal([1], Sent(tunnel, Back)); // not learnt
        Tunnel none = Tunnel.Vxlan(options with { FloodTo = [] }, remotes: 3);
        none.Send(Tunnel.Arp);
        Assert.Equal(1, none.Link.Counters.DroppedFor(DropReason.NoRemote));
    }

    [Fact]
    public void Table_IsBounded_AndLivingAddressesAreNotPushedOut()
    {
        var table = new ForwardingTable(64, TimeSpan.FromSeconds(300), new VirtualTime());
        var first = new MacAddress(0x0200_0000_0001);
        Assert.True(table.Learn(first, 5));
        for (uint i = 2; i < 100_000; i++) Assert.True(table.Learn(new MacAddress(0x0200_0000_0000ul + i), 6));
        Assert.InRange(table.Count, 1, 64);
        Assert.Equal(5, table.Find(first));
        Assert.Throws<ArgumentException>(() => table.Add(MacAddress.Broadcast, 0));
        Assert.Throws<ArgumentException>(() => new ForwardingTable(0, TimeSpan.FromSeconds(1), TimeProvider.System));
    }

    [Fact]
    public void Table_IsReadWhileItIsWritten()
    {
        var table = new ForwardingTable(1024, TimeSpan.FromSeconds(300), TimeProvider.System);
        bool stop = false;
        var reader = new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                for (uint i = 1; i < 500; i++)
                {
                    int found = table.Find(new MacAddress(i));
                    if (found != ForwardingTable.Unknown && found % 500 != (int)i) throw new InvalidOperationException($"{i}: got {found}");
                }
            }
        });
        reader.Start();
        for (int round = 0; round < 2000; round++)
        {
            for (uint i = 1; i < 500; i++) table.Learn(new MacAddress(i), (ushort)(i + (500 * (round % 100))));
        }

        Volatile.Write(ref stop, true);
        reader.Join();
        Assert.InRange(table.Count, 1, 499);
    }

    private static ushort[] Sent(Tunnel tunnel, string frame)
    {
        tunnel.Delivery.Outbox.Clear();
        tunnel.Send(frame);
        return [.. tunnel.Delivery.Outbox.Select(p => p.Packet.Remote).Order()];
    }
}
