// A GRE tunnel to a Linux kernel's own, with a link of one's own between interface and tunnel: here one that counts, of each packet, the first octet's upper half (the IP version).
//
//   sudo dotnet run --project samples/PacketLink -- 192.0.2.1 192.0.2.2 10.0.0.1/30
//   there: ip link add gre1 type gre local 192.0.2.2 remote 192.0.2.1 ttl 64 && ip address add 10.0.0.2/30 dev gre1 && ip link set gre1 up
using System.Net;
using Adit.Core;
using Adit.Core.Links;
using Adit.Links.Delivery;
using Adit.Links.Devices;
using Adit.Links.Gre;
using Adit.Platform.Netlink;
using Adit.Platform.Packets;

if (args is not [var local, var remote, var inner] || !InterfaceAddress.TryParse(inner, out InterfaceAddress? address))
{
    Console.Error.WriteLine("usage: PacketLink LOCAL REMOTE ADDRESS/BITS");
    return 2;
}

try
{
    const byte Gre = 47;
    var tunnel = new GreLink(RawIpDelivery.Open(new RawIpDeliveryOptions { Local = IPAddress.Parse(local), Remote = IPAddress.Parse(remote), Protocol = Gre }), new GreOptions());
    TunDevice device = TunDevice.Open(new TunOptions(), tunnel.Mtu);
    using (var netlink = new RtNetlink())
    {
        netlink.Change(device.Name, new InterfaceChange { IsUp = true, Mtu = tunnel.Mtu });
        netlink.AddAddress(device.Name, address!);
    }

    var counting = new CountingLink(tunnel);
    await using LinkBridge bridge = LinkBridge.Start(device, counting);
    Console.WriteLine($"{device.Name}, MTU {tunnel.Mtu}; Ctrl-C ends it");
    var end = new TaskCompletionSource();
    Console.CancelKeyPress += (_, e) => e.Cancel = end.TrySetResult();
    await await Task.WhenAny(end.Task, bridge.Ended);
    Console.WriteLine($"sent IPv4: {counting.Sent(4)}, IPv6: {counting.Sent(6)}; received {tunnel.Counters.ReceivedSegments}, dropped {tunnel.Counters.Dropped}");
    return 0;
}
catch (Exception e) when (e is TunnelException or NetlinkException)
{
    // One line: what was refused, and which capability is missing where one is.
    Console.Error.WriteLine(e.Message);
    return 1;
}

/// <summary>A decorator: everything passes on to the link that it wraps and owns. The bridge calls <see cref="Send"/> from one thread at a time; nothing is allocated per packet.</summary>
internal sealed class CountingLink(ILink inner) : ILink
{
    private readonly long[] _sent = new long[16];

    public string Name => inner.Name;

    public LinkProperties Properties => inner.Properties;

    public LinkCounters Counters => inner.Counters;

    public long Sent(int version) => Volatile.Read(ref _sent[version]);

    public int Receive(PacketBatch batch) => inner.Receive(batch);

    public void Send(PacketBatch batch)
    {
        foreach (ref readonly Packet packet in batch.Packets)
            if (packet.Length > 0) _sent[batch.Octets(packet)[0] >> 4]++;
        inner.Send(batch);
    }

    public void AnswerTo(IAnswerSink sender) => inner.AnswerTo(sender);

    public void Interrupt() => inner.Interrupt();

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
