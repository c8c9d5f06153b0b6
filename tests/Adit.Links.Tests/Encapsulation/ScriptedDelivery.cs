using System.Net;
using Adit.Core.Links;
using Adit.Links.Delivery;

namespace Adit.Links.Tests.Encapsulation;

/// <summary>A delivery that hands on what a test fed to it and says 0 after, and keeps what was sent.</summary>
internal sealed class ScriptedDelivery(IPEndPoint local, params IPEndPoint[] remotes) : IDelivery
{
    private readonly List<(byte[] Octets, Packet Like)> _fed = [];
    private readonly List<IPEndPoint> _remotes = [.. remotes];

    /// <summary>What was sent: octets and metadata.</summary>
    public List<(byte[] Octets, Packet Packet)> Outbox { get; } = [];

    /// <summary>Whether sent packets are only counted.</summary>
    public bool CountsOnly { get; init; }

    public long SentCount { get; private set; }

    public int Mtu { get; set; } = 1500;

    public string Name => "scripted";

    public LinkProperties Properties { get; } = new() { Medium = Medium.Datagram, TakesSegmentation = true };

    public LinkCounters Counters { get; } = new();

    public int HeaderLength { get; init; } = 20;

    public IPEndPoint Local { get; } = local;

    public IReadOnlyList<IPEndPoint> Remotes => _remotes;

    public ushort AddRemote(IPEndPoint remote)
    {
        _remotes.Add(remote);
        return (ushort)(_remotes.Count - 1);
    }

    public int PathMtu(ushort remote) => Mtu;

    public void Feed(byte[] octets, byte trafficClass = 0, ushort remote = 0) => _fed.Add((octets, new Packet { TrafficClass = trafficClass, HopLimit = 60, Remote = remote }));

    public int Receive(PacketBatch batch)
    {
        foreach ((byte[] octets, Packet like) in _fed)
        {
            if (!batch.Add(octets)) throw new InvalidOperationException("the batch is too small");
            ref Packet packet = ref batch[batch.Count - 1];
            (packet.TrafficClass, packet.HopLimit, packet.Remote) = (like.TrafficClass, like.HopLimit, like.Remote);
        }

        int count = _fed.Count;
        if (!CountsOnly) _fed.Clear();
        return count;
    }

    public void Clear() => _fed.Clear();

    public void Send(PacketBatch batch)
    {
        SentCount += batch.Count;
        if (CountsOnly) return;
        foreach (ref readonly Packet packet in batch.Packets)
        {
            Assert.Equal(DropReason.None, packet.Dropped);
            Outbox.Add((batch.Octets(packet).ToArray(), packet));
        }
    }

    public void Interrupt()
    {
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
