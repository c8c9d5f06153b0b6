using System.Net;
using Adit.Core.Links;

namespace Adit.Links.Delivery;

/// <summary>
/// The in-memory double of a delivery: ends that know each other by their addresses. It cuts super-packets and drops what has DF and exceeds the path, as sockets do.
/// </summary>
public sealed class MemoryDelivery : IDelivery
{
    /// <summary>Ours: packets that wait at most; more are dropped.</summary>
    private const int MostWaiting = 4096;

    private readonly List<MemoryDelivery> _network;
    private readonly List<IPEndPoint> _remotes = [];
    private readonly Queue<(Packet Packet, byte[] Octets)> _arrived = new();
    private readonly Stack<byte[]> _spare = new();
    private readonly PacketSegmenter _segmenter = new();
    private readonly PacketBatch _cut = new(PacketSegmenter.MaximumSegments);
    private bool _interrupted;

    private MemoryDelivery(List<MemoryDelivery> network, IPEndPoint local, int headerLength)
    {
        (_network, Local, HeaderLength) = (network, local, headerLength);
        network.Add(this);
    }

    /// <inheritdoc/>
    public string Name => $"memory {Local}";

    /// <inheritdoc/>
    public LinkProperties Properties { get; } = new() { Medium = Medium.Datagram, TakesSegmentation = true };

    /// <inheritdoc/>
    public LinkCounters Counters { get; } = new();

    /// <inheritdoc/>
    public int HeaderLength { get; }

    /// <inheritdoc/>
    public IPEndPoint Local { get; }

    /// <inheritdoc/>
    public IReadOnlyList<IPEndPoint> Remotes => _remotes;

    /// <summary>What <see cref="PathMtu"/> says of every remote, in octets. Default: 1500.</summary>
    public int Mtu { get; set; } = 1500;

    /// <summary>The ends of a network of their own; each knows the others as remotes, in their order.</summary>
    /// <param name="headerLength">Octets of the delivery headers.</param>
    /// <param name="addresses">One for each end.</param>
    public static MemoryDelivery[] CreateNetwork(int headerLength, params IPEndPoint[] addresses)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        var network = new List<MemoryDelivery>();
        foreach (IPEndPoint address in addresses) _ = new MemoryDelivery(network, address, headerLength);
        foreach (MemoryDelivery end in network)
        {
            foreach (MemoryDelivery other in network)
            {
                if (other != end) end.AddRemote(other.Local);
            }
        }

        return [.. network];
    }

    /// <inheritdoc/>
    public ushort AddRemote(IPEndPoint remote)
    {
        int known = _remotes.IndexOf(remote);
        if (known >= 0) return (ushort)known;
        _remotes.Add(remote);
        return (ushort)(_remotes.Count - 1);
    }

    /// <inheritdoc/>
    public int PathMtu(ushort remote) => Mtu;

    /// <inheritdoc/>
    public int Receive(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        lock (_arrived)
        {
            while (_arrived.Count == 0 && !_interrupted) Monitor.Wait(_arrived);
            if (_interrupted) return 0;
            int count = 0;
            while (_arrived.TryPeek(out (Packet Packet, byte[] Octets) next) && batch.Add(next.Octets.AsSpan(0, next.Packet.Length)))
            {
                _arrived.Dequeue();
                _spare.Push(next.Octets);
                ref Packet packet = ref batch[batch.Count - 1];
                (packet.NetworkStart, packet.TrafficClass, packet.HopLimit, packet.Remote, packet.Flags) =
                    (packet.Offset, next.Packet.TrafficClass, next.Packet.HopLimit, next.Packet.Remote, next.Packet.Flags & PacketFlags.DontFragment);
                Counters.Received(1, packet.Length, 1, 1);
                count++;
            }

            return count;
        }
    }

    /// <inheritdoc/>
    public void Send(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        for (int at = 0; at < batch.Count;)
        {
            _cut.Clear();
            int next = _segmenter.Expand(batch, at, _cut);
            if (next == at) break;
            at = next;
            foreach (ref readonly Packet packet in _cut.Packets) SendOne(packet, _cut.Octets(packet));
        }

        foreach (ref readonly Packet packet in batch.Packets)
        {
            if (packet.Dropped != DropReason.None) Counters.Drop(packet.Dropped);
        }
    }

    /// <summary>Puts a packet into this end's queue, as if a remote had sent it.</summary>
    /// <param name="octets">The delivery payload.</param>
    /// <param name="remote">The remote's number.</param>
    /// <param name="trafficClass">The delivery header's.</param>
    /// <param name="hopLimit">The delivery header's.</param>
    public void Arrive(ReadOnlySpan<byte> octets, ushort remote = 0, byte trafficClass = 0, byte hopLimit = 64) =>
        Enqueue(new Packet { Length = octets.Length, Remote = remote, TrafficClass = trafficClass, HopLimit = hopLimit }, octets);

    /// <inheritdoc/>
    public void Interrupt()
    {
        lock (_arrived)
        {
            _interrupted = true;
            Monitor.PulseAll(_arrived);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Interrupt();
        return ValueTask.CompletedTask;
    }

    private void SendOne(Packet packet, ReadOnlySpan<byte> octets)
    {
        if (packet.Remote >= _remotes.Count)
        {
            Counters.Drop(DropReason.NoRemote);
            return;
        }

        if ((packet.Flags & PacketFlags.DontFragment) != 0 && HeaderLength + octets.Length > Mtu)
        {
            Counters.Drop(DropReason.TooBig);
            return;
        }

        Counters.Sent(1, octets.Length, 1, 1);
        if (_network.Find(e => e.Local.Equals(_remotes[packet.Remote])) is not { } end) return;
        int number = end._remotes.IndexOf(Local);
        packet.Remote = number < 0 ? IDelivery.UnknownRemote : (ushort)number;
        end.Enqueue(packet, octets);
    }

    private void Enqueue(in Packet packet, ReadOnlySpan<byte> octets)
    {
        lock (_arrived)
        {
            if (_arrived.Count == MostWaiting)
            {
                Counters.Drop(DropReason.NoRoom);
                return;
            }

            if (!_spare.TryPop(out byte[]? buffer) || buffer.Length < octets.Length) buffer = new byte[Math.Max(2048, octets.Length)];
            octets.CopyTo(buffer);
            _arrived.Enqueue((packet, buffer));
            Monitor.PulseAll(_arrived);
        }
    }
}
